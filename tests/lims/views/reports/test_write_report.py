"""Beginning, writing, reviewing and discarding a draft through its pages."""

import pytest

from lims.models import Report, ReportDiagnosis
from lims.services.reports.amending import amend_report
from lims.services.reports.content import Content
from lims.services.reports.drafts import save_draft
from lims.services.reports.finalizing import finalize_report
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user, notifications; the report with what is around it; its diagnoses and cassettes, the
# specimens, the slides with their cassettes, the images.
STATEMENTS = 10
STATEMENTS_SAVE = 14


@pytest.fixture
def draft(paula, bruno):
    return factories.draft_report(
        paula.staff_member.pathologist, factories.ready_protocol(bruno.veterinarian, 2)
    )


def typed(draft: Report, **changes) -> dict:
    """What the page's form sends; `changes` replace some of it."""
    draft.refresh_from_db()
    texts = ("macroscopic", "microscopic", "comments", "recommendations", "methods")
    sent = {name: getattr(draft, name) for name in (*texts, "pending_tests", "critical_result")}
    sent |= {"external_results": "", "edit_version": draft.lock_version}
    sent |= {f"diagnosis-{row.pk}": row.diagnosis for row in draft.diagnoses.all()}
    for row in draft.cassettes.all():
        sent |= {
            f"observation-{row.pk}": row.observation,
            f"partial_diagnosis-{row.pk}": row.partial_diagnosis,
        }
    return sent | changes


def path(draft: Report, rest: str = "write/") -> str:
    return f"/reports/{draft.pk}/{rest}"


def test_page_shows_the_case_beside_the_text(paula, draft, browser):
    draft.protocol.clinical_history = "Nódulo de <b>dos</b> cm"
    draft.protocol.save()
    page = browser(paula).get(path(draft)).content.decode()
    assert "Nódulo de &lt;b&gt;dos&lt;/b&gt; cm" in page
    assert "Firulais" in page and "Fragmento de piel de 3 x 2 cm." in page
    assert page.count('name="diagnosis-') == 2 and page.count('name="observation-') == 2


@pytest.mark.parametrize("specimens", [1, 12])
def test_statements_do_not_grow(specimens, paula, bruno, browser, django_assert_num_queries):
    protocol = factories.ready_protocol(bruno.veterinarian, specimens)
    draft = factories.draft_report(paula.staff_member.pathologist, protocol)
    client = browser(paula)
    with django_assert_num_queries(STATEMENTS):
        assert client.get(path(draft)).status_code == 200
    with django_assert_num_queries(STATEMENTS_SAVE):
        answer = client.post(path(draft), typed(draft, comments="otra cosa"), **JSON)
    assert answer.status_code == 200


def test_saving_answers_the_next_version_and_the_same_again_changes_nothing(paula, draft, browser):
    client = browser(paula)
    sent = typed(draft, comments="Uno\r\n\r\ndos ", is_preliminary="on")
    answer = client.post(path(draft), sent, **JSON).json()
    assert answer["edit_version"] == draft.lock_version + 1
    draft.refresh_from_db()
    assert (draft.comments, draft.is_preliminary) == ("Uno\n\ndos ", True)
    assert client.post(path(draft), sent, **JSON).json()["edit_version"] == answer["edit_version"]


def test_diagnoses_tables_and_cassettes_are_saved(paula, draft, browser):
    first, second = draft.diagnoses.all()
    cassette = draft.cassettes.first()
    sent = typed(draft) | {
        f"diagnosis-{first.pk}": "Histiocitoma",
        f"synoptic-{first.pk}-element": ["Grado", "", "Margen"],
        f"synoptic-{first.pk}-answer": ["II", " ", ""],
        f"partial_diagnosis-{cassette.pk}": "Sin lesión",
    }
    assert browser(paula).post(path(draft), sent, **JSON).status_code == 200
    first.refresh_from_db()
    cassette.refresh_from_db()
    assert first.diagnosis == "Histiocitoma"
    assert first.synoptic == [{"element": "Grado", "answer": "II"}, {"element": "Margen", "answer": ""}]
    assert cassette.partial_diagnosis == "Sin lesión"
    assert ReportDiagnosis.objects.get(pk=second.pk).synoptic == []


def test_plain_form_saves_and_leads_back(paula, draft, browser):
    client = browser(paula)
    answer = client.post(path(draft), typed(draft, comments="nuevo"))
    assert (answer.status_code, answer["Location"]) == (302, path(draft))
    assert "Guardado." in client.get(path(draft)).content.decode()
    answer = client.post(path(draft), typed(draft, comments="más nuevo", review="1"))
    assert answer["Location"] == path(draft, "changes/")


def test_browser_keeps_no_page_that_would_be_older_than_the_draft(paula, draft, browser):
    client = browser(paula)
    wrong = client.post(path(draft), typed(draft, comments="x" * 10_001))
    for page in (client.get(path(draft)), wrong):
        assert page["Cache-Control"] == "no-store"


def test_second_window_is_told_and_nothing_is_overwritten(paula, draft, browser):
    client = browser(paula)
    stale = typed(draft, comments="segundo")
    save_draft(paula, draft.pk, draft.lock_version, Content({"comments": "primero"}))
    json = client.post(path(draft), stale, **JSON)
    assert (json.status_code, json.json()["kind"]) == (409, "stale")
    answer = client.post(path(draft), stale)
    page = answer.content.decode()
    assert answer.status_code == 409 and "data-conflict" in page
    assert "segundo" in page and "Guardado mientras tanto:" in page and "primero" in page
    draft.refresh_from_db()
    assert draft.comments == "primero"
    # The page showed both, so its own next save is a decision.
    answer = client.post(path(draft), stale | {"edit_version": draft.lock_version})
    draft.refresh_from_db()
    assert (answer.status_code, draft.comments) == (302, "segundo")


def test_mistake_is_told_beside_its_field_and_keeps_what_was_typed(paula, draft, browser):
    client = browser(paula)
    row = draft.diagnoses.first()
    sent = typed(draft, comments="x" * 10_001, recommendations="Reposo")
    sent |= {f"synoptic-{row.pk}-element": ["y" * 501], f"synoptic-{row.pk}-answer": ["z"]}
    page = client.post(path(draft), sent)
    assert page.status_code == 409
    assert 'id="id_comments_error"' in page.content.decode() and "Reposo" in page.content.decode()
    answer = client.post(path(draft), sent, **JSON).json()
    assert answer["kind"] == "incomplete" and "comments" in answer["fields"]
    sent["comments"] = ""
    answer = client.post(path(draft), sent, **JSON).json()
    assert list(answer["fields"]) == [f"synoptic-{row.pk}"]
    assert "y" * 501 in client.post(path(draft), sent).content.decode()
    draft.refresh_from_db()
    assert draft.recommendations == ""


@pytest.mark.parametrize("version", ["", "x", "999999999999999999999"])
def test_version_that_is_none_changes_nothing(version, paula, draft, browser):
    before = draft.comments
    answer = browser(paula).post(path(draft), typed(draft, comments="x", edit_version=version), **JSON)
    assert answer.status_code == 409
    draft.refresh_from_db()
    assert draft.comments == before


def test_what_the_paper_cannot_print_is_told_and_kept(paula, draft, browser):
    row = draft.diagnoses.first()
    sent = typed(draft) | {f"synoptic-{row.pk}-element": ["Vaca 🐮"], f"synoptic-{row.pk}-answer": ["sí"]}
    client = browser(paula)
    answer = client.post(path(draft), sent, **JSON).json()
    assert "🐮" in answer["note"] and "🐮" in answer["notes"][f"synoptic-{row.pk}"]
    assert len(answer["notes"]) == 1
    client.post(path(draft), sent)
    assert "en lugar de 🐮" in client.get(path(draft)).content.decode()
    row.refresh_from_db()
    assert row.synoptic[0]["element"] == "Vaca 🐮"


def test_finalized_meanwhile_is_told_and_kept_out(paula, draft, browser):
    client = browser(paula)
    sent = typed(draft, comments="tarde")
    finalize_report(paula, draft.pk)
    answer = client.post(path(draft), sent, **JSON)
    assert (answer.status_code, answer.json()["kind"]) == (409, "closed")
    assert client.post(path(draft), sent)["Location"] == f"/reports/{draft.pk}/"
    assert client.get(path(draft))["Location"] == f"/reports/{draft.pk}/"
    assert client.post(path(draft, "discard/"))["Location"] == f"/reports/{draft.pk}/"
    assert Report.objects.filter(pk=draft.pk).exists()
    draft.refresh_from_db()
    assert draft.comments != "tarde"


def test_begin_leads_to_the_draft_and_twice_to_the_same(paula, bruno, browser):
    protocol = factories.ready_protocol(bruno.veterinarian)
    client = browser(paula)
    first, second = (client.post(f"/protocols/{protocol.pk}/report/") for _ in range(2))
    draft = Report.objects.get()
    assert first["Location"] == second["Location"] == path(draft)


def test_begin_is_refused_to_others_and_too_early(ana, paula, bruno, carla, browser):
    protocol = factories.ready_protocol(bruno.veterinarian, status="processing")
    address = f"/protocols/{protocol.pk}/report/"
    assert [browser(user).post(address).status_code for user in (ana, bruno, carla)] == [403, 403, 404]
    client = browser(paula)
    assert client.post(address)["Location"] == "/reports/to-write/"
    assert "no se puede" in client.get("/reports/to-write/").content.decode()
    assert not Report.objects.exists()


def test_discarded_draft_is_gone_and_can_be_begun_again(paula, draft, browser):
    client = browser(paula)
    answer = client.post(path(draft, "discard/"))
    assert answer["Location"] == "/reports/to-write/"
    assert not Report.objects.exists()
    assert client.post(f"/protocols/{draft.protocol_id}/report/").status_code == 302


def test_review_names_the_signer_and_what_is_missing(paula, draft, browser):
    client = browser(paula)
    page = client.get(path(draft, "changes/")).content.decode()
    assert "Paula Rivas" in page and "Firmar y finalizar" in page
    row = draft.diagnoses.first()
    ReportDiagnosis.objects.filter(pk=row.pk).update(diagnosis=" ")
    page = client.get(path(draft, "changes/")).content.decode()
    assert f'data-missing="diagnosis-{row.pk}"' in page and "Firmar y finalizar" not in page


def test_amendment_shows_before_and_after(paula, bruno, browser):
    protocol = factories.ready_protocol(bruno.veterinarian)
    issued = factories.archived_report(paula.staff_member.pathologist, protocol)
    draft = amend_report(paula, issued.pk, "Se agregó inmunohistoquímica")
    client = browser(paula)
    assert "inmunohistoquímica" in client.get(path(draft)).content.decode()
    client.post(path(draft), typed(draft, comments="Ki-67 bajo"))
    page = client.get(path(draft, "changes/")).content.decode()
    assert "Ki-67 bajo" in page and "Márgenes libres a 4 mm." in page
    changes = client.get(path(draft, "changes/")).context["changes"]
    assert [(each.old, each.new) for each in changes] == [("Márgenes libres a 4 mm.", "Ki-67 bajo")]
