"""Any text in any field of a report copies out as it was typed, what the font lacks as one U+FFFD."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lims.documents.reports.drawing import render
from tests.drills.length import examples
from tests.lims.documents.paper.test_render_text import expected, texts
from tests.lims.documents.papers import copied, squeezed
from tests.lims.documents.reports.snapshots import TEXTS, amended, archived, bare, report, said

# Where a text may stand, and a report in which nothing else but page 1 has it.
FIELDS = (
    *(("texts", name) for name in TEXTS),
    *(
        ("laboratory", name)
        for name in ("name", "address", "phone", "email", "website", "director", "tax_id")
    ),
    *(("patient", name) for name in ("animal", "species", "breed", "age", "chip")),
    ("owner", "name"),
    *(("veterinarian", name) for name in ("name", "licence", "clinic", "address", "phone", "email")),
    ("sample", "preservation"),
    ("sample", "reception_notes"),
    ("sample", "discrepancies"),
    *(("specimens", 0, name) for name in ("label", "site", "procedure")),
    ("clinical_history",),
    ("presumptive_diagnosis",),
    ("diagnoses", 0, "heading"),
    ("diagnoses", 1, "diagnosis"),
    ("diagnoses", 0, "synoptic", 0, "element"),
    ("diagnoses", 0, "synoptic", 0, "answer"),
    *(("cassettes", 0, name) for name in ("code", "material", "observation", "partial_diagnosis")),
    *(("blocks", 0, name) for name in ("code", "specimen", "material")),
    ("blocks", 0, "slides", 0, "code"),
    ("blocks", 0, "slides", 0, "stain"),
    ("slides", 0, "code"),
    ("slides", 0, "stain"),
    *(("author", name) for name in ("name", "licence", "specialty", "position", "contact")),
    ("verification", "address"),
    ("verification", "code"),
)
MARKUP = ("<5/10 HPF>", "R&D &amp; &#65;", "<b>x</b>", "<img src='a.png'/>", "<!-- x", "(\\)(", "a<br/>b")


def changed(snapshot: dict, path: tuple, value) -> dict:
    other = copy.deepcopy(snapshot)
    *parents, name = path
    holder = other
    for step in parents:
        holder = holder[step]
    holder[name] = value
    return other


@settings(max_examples=examples(50), deadline=None, database=None)
@given(texts, st.sampled_from(FIELDS))
def test_any_text_in_any_field_copies_out(typed, field):
    assert expected(typed) in said(changed(report(), field, typed))


@settings(max_examples=examples(15), deadline=None, database=None)
@given(texts, st.sampled_from(["reason", "old", "new", "label"]))
def test_any_text_of_an_amendment_copies_out(typed, field):
    path = ("amendment", "reason") if field == "reason" else ("amendment", "changes", 0, field)
    assert expected(typed) in copied(render(changed(amended(), path, typed), {}))


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_markup_prints_as_typed(field):
    shown = said(changed(report(), field, " ".join(MARKUP)))
    assert squeezed("".join(MARKUP)) in shown


@pytest.mark.parametrize("name", ["number", "owner", "animal", "species"])
@pytest.mark.parametrize("typed", [*MARKUP, "😀", "שע", "a\nb", "\x00"])
def test_hostile_identity_prints_on_every_page(name, typed):
    path = {"number": ("number",), "owner": ("owner", "surname")}.get(name, ("patient", name))
    assert copied(render(changed(bare(), path, typed), {})).count(expected(typed)) >= 1


def test_caption_is_one_line_of_text():
    image = {
        "sha256": "a",
        "width_px": 4,
        "height_px": 3,
        "caption": "a\nb <i>",
        "magnification": "40x",
        "stain": "R&D",
    }
    from lims.documents.paper.labels import words
    from lims.documents.reports.figures import figures

    (block,) = figures([image], words("es"))
    assert [text.text.replace("\u00a0", " ") for text in block.texts] == ["Fig. 1 · a b <i> · R&D · 40x"]


@settings(max_examples=examples(10), deadline=None, database=None)
@given(texts, st.sampled_from([("number",), ("laboratory", "name"), ("patient", "animal")]))
def test_any_identity_is_archivable(typed, field):
    assert archived(changed(bare(), field, typed))
