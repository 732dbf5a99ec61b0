"""What is said to have changed between two versions of a report."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lims.documents.reports.changes import FieldChange, changes
from tests.drills.length import examples
from tests.lims.documents.reports.snapshots import TEXTS, patient, report, with_images


def texts(**changed: str) -> dict:
    return report(texts=TEXTS | changed)


def test_nothing_changed_is_no_change():
    assert changes(report(), report()) == []


def test_what_only_the_version_has_is_no_change():
    again = report(version=2, finalized_at="2026-12-01T08:05:00-03:00", verification=None, mark="draft")
    assert changes(report(), again) == []


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_is_compared(name):
    (change,) = changes(report(), texts(**{name: "otro"}))[-1:]
    assert change.new.endswith("otro")


def test_only_the_words_that_differ_are_told():
    before = texts(comments="uno dos tres cuatro cinco seis siete ocho nueve diez once")
    after = texts(comments="uno dos tres cuatro cinco SEIS siete ocho nueve diez once")
    assert changes(before, after) == [
        FieldChange(
            "Comentarios",
            "… dos tres cuatro cinco seis siete ocho nueve diez …",
            "… dos tres cuatro cinco SEIS siete ocho nueve diez …",
        )
    ]


def test_each_line_that_differs_is_told_apart():
    before, after = texts(comments="a\nb\nc\nd"), texts(comments="a\nB\nc\nD\ne")
    assert changes(before, after) == [
        FieldChange("Comentarios", "b", "B"),
        FieldChange("Comentarios", "d", "D\ne"),
    ]


def test_added_and_removed_texts_have_an_empty_side():
    assert changes(texts(comments=""), texts(comments="a b")) == [FieldChange("Comentarios", "", "a b")]
    assert changes(texts(comments="a b"), texts(comments=" ")) == [FieldChange("Comentarios", "a b", "")]


def test_diagnoses_are_told_by_specimen_and_those_that_are_gone_too():
    after = copy.deepcopy(report())
    after["diagnoses"][0]["diagnosis"] = "Mastocitoma cutáneo, grado alto"
    after["diagnoses"][0]["synoptic"][1]["answer"] = "1 mm"
    del after["diagnoses"][1]
    told = {change.label: (change.old, change.new) for change in changes(report(), after)}
    assert told["Diagnóstico, A: Piel, flanco"] == (
        "Mastocitoma cutáneo, grado bajo",
        "Mastocitoma cutáneo, grado alto",
    )
    assert told["Cuadro sinóptico, A: Piel, flanco"] == ("Margen profundo: 4 mm", "Margen profundo: 1 mm")
    assert told["Diagnóstico, B: Linfonódulo inguinal"] == ("Sin metástasis", "")


def test_specimens_of_one_heading_do_not_hide_each_other():
    before = copy.deepcopy(report())
    before["diagnoses"][1]["heading"] = before["diagnoses"][0]["heading"]
    after = copy.deepcopy(before)
    after["diagnoses"][0]["diagnosis"] = "Otra"
    assert [change.new for change in changes(before, after)] == ["Otra"]


def test_corrected_patient_is_told():
    told = changes(report(), report(patient=patient(sex="male", weight_kg="3.00")))
    assert told == [
        FieldChange("Sexo", "hembra, castrada", "macho, castrado"),
        FieldChange("Peso", "27,5 kg", "3 kg"),
    ]


def test_another_picture_under_the_same_caption_is_told():
    before, _ = with_images(1)
    after = copy.deepcopy(before)
    after["images"][0]["sha256"] = "f" * 64
    assert [change.label for change in changes(before, after)] == ["Imágenes"]


def test_words_are_of_the_newer_versions_language():
    assert changes(report(), report(language="en", texts=TEXTS | {"comments": ""}))[0].label == "Comments"


def test_many_lines_are_compared_as_a_whole():
    before, after = texts(comments="a\n" * 2000), texts(comments="a\n" * 1999 + "b")
    assert len(changes(before, after)) == 1


lines = st.lists(st.text("ab \n", max_size=8), max_size=6).map("\n".join)


@settings(max_examples=examples(50), deadline=None, database=None)
@given(lines, lines)
def test_equal_texts_and_no_others_are_without_change(old, new):
    same = old.strip().splitlines() == new.strip().splitlines()
    assert (changes(texts(comments=old), texts(comments=new)) == []) == same
