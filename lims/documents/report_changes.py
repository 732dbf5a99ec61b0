"""What an amendment changed: two snapshots of a report compared, in the words of the newer one's language."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lims.documents.formats import quantity, short_day
from lims.documents.words import words


class Change(NamedTuple):
    """One field that differs; an empty side is a field that was not there."""

    label: str
    old: str
    new: str


def changes(before: Mapping, after: Mapping) -> list[Change]:
    """Return every field of the content that differs, in the order of the paper."""
    language = after["language"]
    old, new = dict(_fields(before, language)), dict(_fields(after, language))
    labels = [*new, *(label for label in old if label not in new)]
    return [
        Change(label, old.get(label, ""), new.get(label, ""))
        for label in labels
        if old.get(label, "").strip() != new.get(label, "").strip()
    ]


def _fields(report: Mapping, language: str) -> Iterator[tuple[str, str]]:
    """Every field of the content as (label, text); labels are unique."""
    say = words(language)
    patient, owner, vet = report["patient"], report["owner"], report["veterinarian"]
    yield say["preliminary_report"], say["yes" if report["is_preliminary"] else "no"]
    yield say["patient_name"], patient["animal"]
    for name in ("species", "breed", "age", "chip"):
        yield say[name], patient[name]
    yield say["sex"], say[_sex(patient)]
    yield say["weight"], patient["weight_kg"] and f"{quantity(patient['weight_kg'], language)} kg"
    yield say["owner"], owner["name"]
    yield say["requested_by"], vet["name"]
    collected_on = report["collected_on"]
    yield say["collected"], short_day(collected_on, language) if collected_on else ""
    yield say["clinical_history"], report["clinical_history"]
    yield say["presumptive_diagnosis"], report["presumptive_diagnosis"]
    yield from _findings(report, say)
    yield say["images"], _images(report["images"])
    yield say["author"], report["author"]["name"]


def _findings(report: Mapping, say: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for diagnosis in report["diagnoses"]:
        yield f"{say['diagnosis']}, {diagnosis['heading']}", diagnosis["diagnosis"]
        rows = "\n".join(f"{row['element']}: {row['answer']}" for row in diagnosis["synoptic"])
        yield f"{say['synoptic']}, {diagnosis['heading']}", rows
    for name in ("macroscopic", "microscopic"):
        yield say[name], report["texts"][name]
    for cassette in report["cassettes"]:
        block = say["block"].format(code=cassette["code"])
        yield block, cassette["observation"]
        yield f"{block}, {say['partial_diagnosis']}", cassette["partial_diagnosis"]
    for name, text in report["texts"].items():
        if name not in ("macroscopic", "microscopic"):
            yield say[name], text


def _sex(patient: Mapping) -> str:
    neutered = {None: "unstated", True: "neutered", False: "entire"}[patient["neutered"]]
    return f"{patient['sex']}_{neutered}"


def _images(images: list[Mapping]) -> str:
    parts = ("caption", "stain", "magnification")
    return "\n".join(
        f"{n}. " + " · ".join(filter(None, (each[p] for p in parts))) for n, each in enumerate(images, 1)
    )
