"""The list of protocols, and a protocol's page: who sees what, filters, pages, CSV, timeline, papers."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from lims.models import Protocol, ProtocolHistory
from lims.views.kit.listing import PAGE_SIZE
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user, protocols; in HTML the count of notifications.
STATEMENTS_JSON, STATEMENTS_HTML = 3, 4
# Session, user, protocol, specimens, history, reports, orders, count of notifications.
STATEMENTS_PAGE_VET = 8
# On top: how many labels, and what the pathologist asked for.
STATEMENTS_PAGE_LABORATORY = 10

LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def found(answer) -> list[int]:
    return [row["id"] for row in answer.json()["results"]]


def draft(vet) -> Protocol:
    return factories.ProtocolFactory(veterinarian=vet.veterinarian, status="draft", number=None)


def test_vet_sees_own_with_drafts_and_the_laboratory_all_without(bruno, carla, ana, browser):
    own, hidden = factories.ready_protocol(bruno.veterinarian), draft(bruno)
    other = factories.ready_protocol(carla.veterinarian)
    assert found(browser(bruno).get("/protocols/", **JSON)) == [hidden.pk, own.pk]
    assert found(browser(ana).get("/protocols/", **JSON)) == [other.pk, own.pk]
    assert browser(ana).get(f"/protocols/{hidden.pk}/").status_code == 404


def test_row_says_number_status_and_where_its_report_is(bruno, paula, browser):
    protocol = factories.ready_protocol(bruno.veterinarian)
    client = browser(bruno)
    (row,) = client.get("/protocols/", **JSON).json()["results"]
    assert (row["number"], row["status"], row["pdf_url"]) == (protocol.number, "ready", None)
    report = factories.archived_report(paula.staff_member.pathologist, protocol)
    (row,) = client.get("/protocols/", **JSON).json()["results"]
    assert row["pdf_url"] == f"/reports/{report.pk}/pdf/"
    assert f'href="/reports/{report.pk}/pdf/"' in client.get("/protocols/").content.decode()


@pytest.mark.parametrize("count", [1, PAGE_SIZE + 5])
@pytest.mark.parametrize("query", ["", "?q=firulais", "?status=ready&kind=histopathology"])
def test_statements_do_not_grow_with_the_rows(count, query, ana, bruno, browser, django_assert_num_queries):
    for _ in range(count):
        factories.ready_protocol(bruno.veterinarian)
    for user in (ana, bruno):
        client = browser(user)
        for headers, statements in (({}, STATEMENTS_HTML), (JSON, STATEMENTS_JSON)):
            # Words are looked for among the vets' names first.
            with django_assert_num_queries(statements + ("q=" in query)):
                client.get(f"/protocols/{query}", **headers)


def test_every_protocol_is_on_exactly_one_page(bruno, browser):
    protocols = [factories.ready_protocol(bruno.veterinarian).pk for _ in range(PAGE_SIZE + 2)]
    client, url, seen = browser(bruno), "/protocols/?status=ready", []
    while url:
        answer = client.get(url, **JSON)
        seen += found(answer)
        url = answer.json()["next"]
    assert seen == protocols[::-1]


@pytest.mark.parametrize(
    "words", ["michi", "HP 77/12", "hp 77", "77/12", "TMP-HP", "peralta", "zoe michi", "quiroga"]
)
def test_search_finds_by(words, ana, browser):
    vet = factories.VeterinarianFactory(last_names="Quiroga")
    wanted = factories.ready_protocol(
        vet,
        animal="Michi",
        number="HP 77/123",
        temporary_code="TMP-HP-20261123-001",
        owner_first_names="Zoe",
        owner_last_names="Peralta",
    )
    factories.ready_protocol()
    assert found(browser(ana).get("/protocols/", {"q": words}, **JSON)) == [wanted.pk]


@pytest.mark.parametrize("query", ["status=nonsense", "kind=x", "before=x", "q=%00"])
def test_nonsense_in_the_url_is_ignored(query, bruno, browser):
    protocol = factories.ready_protocol(bruno.veterinarian)
    assert found(browser(bruno).get(f"/protocols/?{query}", **JSON)) == [protocol.pk]


def test_csv_and_empty_states(bruno, browser):
    client = browser(bruno)
    assert "Todavía no hay protocolos" in client.get("/protocols/").content.decode()
    assert "Nada coincide" in client.get("/protocols/?q=nada").content.decode()
    factories.ready_protocol(bruno.veterinarian, animal="+54")
    answer = client.get("/protocols/?format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 2 and rows[1][3] == "'+54"


def test_page_has_timeline_and_papers(bruno, paula, ana, browser, django_assert_num_queries):
    protocol = factories.ready_protocol(
        bruno.veterinarian, specimens=2, received_at=LONG_AGO, received_by=ana
    )
    report = factories.archived_report(paula.staff_member.pathologist, protocol)
    ProtocolHistory.objects.create(protocol=protocol, before="processing", after="ready", by=ana)
    for user, statements in ((bruno, STATEMENTS_PAGE_VET), (ana, STATEMENTS_PAGE_LABORATORY)):
        client = browser(user)
        with django_assert_num_queries(statements):
            page = client.get(f"/protocols/{protocol.pk}/").content.decode()
        assert f'href="/reports/{report.pk}/"' in page
        assert page.index("Listo</div>") < page.index("Creación</div>") < page.index("Recibido</div>")


def test_page_tells_a_vet_nothing_of_a_draft_report(bruno, paula, browser):
    protocol = factories.ready_protocol(bruno.veterinarian)
    draft = factories.draft_report(paula.staff_member.pathologist, protocol)
    page = browser(bruno).get(f"/protocols/{protocol.pk}/").content.decode()
    assert f"/reports/{draft.pk}/" not in page and "Borrador" not in page


def test_laboratory_filters_by_what_the_dates_say_today_and_vets_do_not(ana, bruno, browser):
    yesterday = timezone.localdate() - timedelta(days=1)
    vet, long_ago = bruno.veterinarian, LONG_AGO
    late = factories.ProtocolFactory(
        veterinarian=vet, status="processing", expected_ready_by=yesterday, received_at=long_ago
    )
    today = factories.ProtocolFactory(veterinarian=vet, status="ready", expected_ready_by=yesterday)
    for query, pks in (
        ("?when=overdue", [late.pk]),
        ("?when=today", [today.pk]),
        ("?when=today&status=received", []),
        ("?when=never", [today.pk, late.pk]),
    ):
        assert found(browser(ana).get(f"/protocols/{query}", **JSON)) == pks, query
    assert found(browser(bruno).get("/protocols/?when=overdue", **JSON)) == [today.pk, late.pk]
    assert 'name="when"' not in browser(bruno).get("/protocols/").content.decode()
    rows = b"".join(browser(ana).get("/protocols/?when=overdue&format=csv").streaming_content).decode()
    assert late.number in rows and today.number not in rows
