"""What an amendment changed: two snapshots of a report compared, in the words of the newer one's language."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

from lims.documents.paper.formats import quantity, short_day
from lims.documents.paper.labels import sex_and_neutering, words

# Above it a text is compared as a whole: finding what moved takes too long.
MAX_LINES = 300
# Words that stay around a change, so that a reader finds it.
AROUND = 4

Fields = Iterator[tuple[str, str]]


class FieldChange(NamedTuple):
    """A passage that differs, under the name of its field; an empty side was not there or is gone."""

    label: str
    old: str
    new: str


def changes(before: Mapping, after: Mapping) -> list[FieldChange]:
    """Return every passage of the content that differs, in the order of the paper."""
    say = words(after["language"])
    old, new = _texts(before, say, after["language"]), _texts(after, say, after["language"])
    labels = [*new, *(label for label in old if label not in new)]
    return [
        FieldChange(label, *passage)
        for label in labels
        for passage in _passages(old.get(label, ""), new.get(label, ""))
    ]


def _texts(report: Mapping, say: Mapping[str, str], language: str) -> dict[str, str]:
    """Every field by its label; what two fields of one label say stands together."""
    texts: dict[str, str] = {}
    for label, text in (*_submission(report, say, language), *_findings(report, say)):
        texts[label] = f"{texts[label]}\n{text}" if label in texts else text
    return texts


def _submission(report: Mapping, say: Mapping[str, str], language: str) -> Fields:
    patient = report["patient"]
    yield say["preliminary_report"], say["yes" if report["is_preliminary"] else "no"]
    yield say["patient_name"], patient["animal"]
    for name in ("species", "breed"):
        yield say[name], patient[name]
    yield say["sex"], say[sex_and_neutering(patient["sex"], patient["neutered"])]
    yield say["age"], patient["age"]
    yield say["weight"], patient["weight_kg"] and f"{quantity(patient['weight_kg'], language)} kg"
    yield say["chip"], patient["chip"]
    yield say["owner"], report["owner"]["name"]
    yield say["requested_by"], report["veterinarian"]["name"]
    yield say["collected"], short_day(report["collected_on"], language) if report["collected_on"] else ""
    yield say["specimens"], _specimens(report["specimens"], say)
    yield say["clinical_history"], report["clinical_history"]
    yield say["presumptive_diagnosis"], report["presumptive_diagnosis"]


def _findings(report: Mapping, say: Mapping[str, str]) -> Fields:
    for diagnosis in report["diagnoses"]:
        yield f"{say['diagnosis']}, {diagnosis['heading']}", diagnosis["diagnosis"]
        rows = (f"{row['element']}: {row['answer']}" for row in diagnosis["synoptic"])
        yield f"{say['synoptic']}, {diagnosis['heading']}", "\n".join(rows)
    texts = report["texts"]
    for name in ("macroscopic", "microscopic"):
        yield say[name], texts[name]
    for cassette in report["cassettes"]:
        block = say["block"].format(code=cassette["code"])
        yield block, cassette["observation"]
        yield f"{block}, {say['partial_diagnosis'].lower()}", cassette["partial_diagnosis"]
    for name in (each for each in texts if each not in ("macroscopic", "microscopic")):
        yield say[name], texts[name]
    yield say["images"], _images(report["images"], say)
    yield say["author"], report["author"]["name"]


def _specimens(specimens: list[Mapping], say: Mapping[str, str]) -> str:
    rows = ((each["label"], each["site"], say.get(each["side"], ""), each["procedure"]) for each in specimens)
    return "\n".join(" · ".join(filter(None, row)) for row in rows)


def _images(images: list[Mapping], say: Mapping[str, str]) -> str:
    """A line for each image; the first digits of its digest tell a new picture under an old caption."""
    rows = ((each["caption"], each["stain"], each["magnification"], each["sha256"][:8]) for each in images)
    numbered = enumerate((" · ".join(filter(None, row)) for row in rows), 1)
    return "\n".join(f"{say['figure'].format(number=number)} · {row}" for number, row in numbered)


def _passages(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Where two texts differ, line by line, and within a line only the words that do."""
    before, after = old.strip().splitlines(), new.strip().splitlines()
    if before == after:
        return
    if max(len(before), len(after)) > MAX_LINES:
        yield _trimmed(old, new)
        return
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after).get_opcodes():
        if kind != "equal":
            yield _trimmed("\n".join(before[start:end]), "\n".join(after[new_start:new_end]))


def _trimmed(old: str, new: str) -> tuple[str, str]:
    before, after = old.split(" "), new.split(" ")
    if not old or not new:
        return old, new
    start = _common(before, after)
    most = min(len(before), len(after)) - start
    end = min(_common(before[::-1], after[::-1]), most)
    return _cut(before, start, end), _cut(after, start, end)


def _common(before: list[str], after: list[str]) -> int:
    """How many words two texts begin with alike."""
    pairs = zip(before, after, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(before), len(after)))


def _cut(text: list[str], start: int, end: int) -> str:
    first, last = max(start - AROUND, 0), len(text) - max(end - AROUND, 0)
    shown = " ".join(text[first:last])
    return ("… " if first else "") + shown + (" …" if last < len(text) else "")
