"""The page of one report: what each role sees, what its author may do there, and what it costs."""

import pytest

from lims.models import Report, ReportHistory
from tests import factories
from tests.lims.views.things import failed_delivery

# Session, user, report, versions, history, count of notifications; the laboratory's messages on top.
STATEMENTS_VET, STATEMENTS_LABORATORY = 6, 7

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(author, bruno) -> Report:
    protocol = factories.ready_protocol(
        bruno.veterinarian, animal="Michi", owner_first_names="Zoe", owner_last_names="Peralta"
    )
    return factories.archived_report(author, protocol)


def page_of(client, report) -> str:
    return client.get(f"/reports/{report.pk}/").content.decode()


def test_it_says_what_it_is_and_how_to_verify_it(report, bruno, browser):
    page = page_of(browser(bruno), report)
    for text in ("Michi", "Zoe Peralta", "Paula Rivas", "Emitido", report.protocol.number, report.sha256):
        assert text in page
    assert f"http://127.0.0.1:8000/verify/{report.verification_token}/" in page
    code = report.verification_code
    assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in page
    assert f'href="/reports/{report.pk}/pdf/"' in page


@pytest.mark.parametrize("messages", [1, 12])
def test_statements_do_not_grow(messages, report, bruno, ana, browser, django_assert_num_queries):
    for number in range(messages):
        ReportHistory.objects.create(report=report, action="resent", by=ana, note="x")
        vet = factories.VeterinarianFactory().user
        failed_delivery(report, vet, message_id=f"<{number}@x>")
    for user, statements in ((bruno, STATEMENTS_VET), (ana, STATEMENTS_LABORATORY)):
        client = browser(user)
        with django_assert_num_queries(statements):
            assert client.get(f"/reports/{report.pk}/").status_code == 200


def test_vet_sees_no_messages_no_forms_and_nothing_of_drafts(report, bruno, ana, paula, author, browser):
    failed_delivery(report, bruno)
    for action in ("begun", "amended", "resent", "told", "retried"):
        ReportHistory.objects.create(report=report, action=action, by=paula, note="Nota interna")
    draft = Report.objects.create(
        protocol=report.protocol, author=author, version=2, replaces=report, amendment_reason="Nota interna"
    )
    page = page_of(browser(bruno), report)
    for absent in ("Nota interna", "550 5.1.1", "/amend/", "/withdraw/", "/resend/", "Borrador", "Versión 2"):
        assert absent not in page
    for action in ("Comenzado", "Enmendado", "Lectores avisados"):
        assert f">{action}<" not in page and f">{action}<" in page_of(browser(ana), report)
    assert f"/reports/{draft.pk}/" not in page
    assert browser(bruno).get(f"/reports/{draft.pk}/").status_code == 404


def test_laboratory_sees_messages_and_may_send_them_again_in_place(report, ana, bruno, browser):
    delivery = failed_delivery(report, bruno, address="bruno@gmial.com")
    page = page_of(browser(ana), report)
    assert "550 5.1.1 no such user" in page and "Fallido" in page
    assert f'action="/deliveries/{delivery.pk}/resend/"' in page and 'value="bruno@gmial.com"' in page
    assert "/amend/" not in page and "/withdraw/" not in page


def test_own_draft_leads_to_where_it_is_written_and_anothers_says_whose_it_is(author, paula, ana, browser):
    draft = factories.draft_report(author)
    assert browser(paula).get(f"/reports/{draft.pk}/")["Location"] == f"/reports/{draft.pk}/write/"
    page = page_of(browser(ana), draft)
    assert "Paula Rivas está escribiendo este informe" in page
    assert "Mastocitoma" not in page and "mastocitos" not in page


def test_superseded_version_leads_to_the_current_one(report, bruno, browser):
    second = factories.next_version(report)
    page = page_of(browser(bruno), report)
    assert "no usarla más" in page and "La versión 2 se emitió" in page
    assert f'href="/reports/{second.pk}/"' in page and f'href="/reports/{second.pk}/pdf/"' in page
    page = page_of(browser(bruno), second)
    assert "no usarla más" not in page and "Corrige el margen" in page
    assert f'href="/reports/{report.pk}/"' in page


def test_amend_needs_a_reason_and_leads_to_the_new_draft(report, paula, browser):
    client = browser(paula)
    for reason in ("", "  ", "x" * 2_001):
        answer = client.post(f"/reports/{report.pk}/amend/", {"reason": reason})
        assert answer.status_code == 409 and 'id="amendment_reason_error"' in answer.content.decode()
    assert Report.objects.count() == 1
    answer = client.post(f"/reports/{report.pk}/amend/", {"reason": "Corrige el margen"})
    draft = Report.objects.get(version=2)
    assert answer["Location"] == f"/reports/{draft.pk}/write/"
    again = client.post(f"/reports/{report.pk}/amend/", {"reason": "Otra vez"})
    assert again.status_code == 409 and "Otra vez</textarea>" in again.content.decode()
    assert Report.objects.count() == 2
    page = page_of(client, report)
    assert f'href="/reports/{draft.pk}/write/"' in page and "/amend/" not in page


def test_withdraw_needs_a_reason_and_happens_once(report, paula, bruno, browser):
    client = browser(paula)
    answer = client.post(f"/reports/{report.pk}/withdraw/", {"reason": " "})
    assert answer.status_code == 409 and 'id="withdrawal_reason_error"' in answer.content.decode()
    answer = client.post(f"/reports/{report.pk}/withdraw/", {"reason": "Muestras <b>cambiadas"}, follow=True)
    assert answer.redirect_chain == [(f"/reports/{report.pk}/", 302)]
    again = client.post(f"/reports/{report.pk}/withdraw/", {"reason": "Otra"})
    assert again.status_code == 409 and "no puede pasar a" in again.content.decode()
    assert Report.objects.get().withdrawal_reason == "Muestras <b>cambiadas"
    page = page_of(browser(bruno), report)
    assert "Muestras &lt;b&gt;cambiadas" in page and "Este informe fue retirado" in page


def test_english_reader_gets_english(report, bruno, browser):
    bruno.language = "en"
    bruno.save()
    page = page_of(browser(bruno), report)
    assert "Verification" in page and "Timeline" in page and "Cronología" not in page
