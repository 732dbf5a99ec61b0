"""The work list: what needs its pathologist first, and nothing of anybody else's."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

from actors.models import Job
from lims.models import RequestKind
from lims.services.bench.requests import Wish, finish_requests, request_more
from tests import factories

# Session, user, notifications; the ready protocols; the drafts and failures; what was asked of the bench.
STATEMENTS = 6
LIST = "/reports/to-write/"


def ready(days: int = 0, **fields):
    """Return a ready protocol that was received so many days ago."""
    return factories.ready_protocol(received_at=timezone.now() - timedelta(days=days), **fields)


def failed_report(author):
    report = factories.finalized_report(author)
    Job.objects.filter(actor="publish_report", ref=str(report.pk)).update(
        state="failed", finished_at=timezone.now()
    )
    return report


def listed(client, query: str = "") -> list[tuple[str, str]]:
    shown = client.get(LIST + query).context
    reports = [(state, each) for state in ("failed", "drafts") for each in shown[state]]
    return [(state, each.protocol.number) for state, each in reports] + [
        ("ready", each.number) for each in shown["ready"]
    ]


def test_failures_come_first_then_drafts_then_what_waits_longest(paula, browser):
    author = paula.staff_member.pathologist
    new, old = ready(1), ready(9)
    draft = factories.draft_report(author)
    failed = failed_report(author)
    assert listed(browser(paula)) == [
        ("failed", failed.protocol.number),
        ("drafts", draft.protocol.number),
        ("ready", old.number),
        ("ready", new.number),
    ]


def test_each_row_has_its_one_action(paula, browser):
    author = paula.staff_member.pathologist
    protocol, draft, failed = ready(), factories.draft_report(author), failed_report(author)
    page = browser(paula).get(LIST).content.decode()
    assert f'action="/protocols/{protocol.pk}/report/"' in page
    # Going on takes in what came to the bench since.
    assert f'action="/protocols/{draft.protocol_id}/report/"' in page
    assert "Ver la falla" in page and f'href="/reports/{failed.pk}/"' in page


def test_what_is_written_issued_or_not_ready_is_not_listed(paula, browser):
    author = paula.staff_member.pathologist
    colleague = factories.PathologistFactory()
    factories.draft_report(colleague)
    failed_report(colleague)
    factories.finalized_report(author)
    factories.archived_report(author)
    ready(status="processing")
    assert listed(browser(paula)) == []
    assert "Está todo escrito" in browser(paula).get(LIST).content.decode()


def test_staff_and_administrators_see_everybodys_and_begin_nothing(ana, alma, paula, browser):
    draft = factories.draft_report(paula.staff_member.pathologist)
    protocol = ready()
    for user in (ana, alma):
        page = browser(user).get(LIST).content.decode()
        assert draft.protocol.number in page and protocol.number in page and "Paula Rivas" in page
        assert "/report/" not in page


def test_days_waiting_and_late_are_shown(paula, browser):
    today = timezone.localdate()
    ready(12, expected_ready_on=today - timedelta(days=3))
    ready(2, expected_ready_on=today)
    answer = browser(paula).get(LIST)
    shown = [(row.days_waiting, row.days_overdue) for row in answer.context["ready"]]
    assert shown == [(12, 3), (2, 0)]
    assert "3 días de demora" in answer.content.decode()


def test_search_finds_by_number_animal_and_vet(paula, bruno, browser):
    author = paula.staff_member.pathologist
    mora = ready(animal="Mora", veterinarian=bruno.veterinarian)
    simon = factories.draft_report(author, ready(animal="Simón"))
    client = browser(paula)
    assert listed(client, "?q=mora") == [("ready", mora.number)]
    assert listed(client, f"?q={simon.protocol.number}") == [("drafts", simon.protocol.number)]
    assert listed(client, "?q=bruno") == [("ready", mora.number)]
    assert "Nada coincide" in client.get(LIST + "?q=nadie").content.decode()


def test_pages_give_each_protocol_once_in_order(paula, browser):
    at = timezone.now() - timedelta(days=5)
    # Received at the same moment, as a bulk reception does it.
    expected = [factories.ready_protocol(received_at=at).number for _number in range(30)]
    expected += [ready(days).number for days in (4, 3)]
    factories.draft_report(paula.staff_member.pathologist, ready(animal="Simón"))
    client, found, address = browser(paula), [], LIST
    while address:
        shown = client.get(address).context
        found += [row.number for row in shown["ready"]]
        address = shown["next_url"]
    assert found == expected


@pytest.mark.parametrize("after", ["x", "~", "2026-01-01~1", "2026-99-01T00:00:00+00:00~1", "~²", "a~b~c"])
def test_place_that_makes_no_sense_is_the_first_page(after, paula, browser):
    protocol = ready()
    answer = browser(paula).get(LIST, {"after": after})
    assert [row.number for row in answer.context["ready"]] == [protocol.number]


def test_statements_do_not_grow(paula, browser, django_assert_num_queries):
    client = browser(paula)
    for _round in range(2):
        for _number in range(6):
            ready()
            factories.draft_report(paula.staff_member.pathologist)
        with django_assert_num_queries(STATEMENTS):
            assert client.get(LIST).status_code == 200


def test_what_the_bench_was_asked_for_is_listed_until_it_is_done(ana, paula, browser):
    protocol, other = ready(), ready()
    colleague = factories.PathologistFactory(staff_member__user__email="quique@lab.test")
    asked = request_more(paula, protocol.pk, Wish(RequestKind.STAIN, stain="Grocott"))
    request_more(colleague.staff_member.user, other.pk, Wish(RequestKind.STAIN, stain="PAS"))
    page = browser(paula).get(LIST).content.decode()
    assert "Grocott" in page and protocol.number in page and other.number not in page
    everybodys = browser(ana).get(LIST).content.decode()
    assert "Grocott" in everybodys and "PAS" in everybodys
    finish_requests(ana, [asked.pk])
    assert "Está todo escrito" in browser(paula).get(LIST).content.decode()


def lines_of(client, query: str = "") -> list[list[str]]:
    answer = client.get(f"{LIST}?format=csv{query}")
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_csv_has_all_of_it_in_the_order_of_the_page(paula, browser):
    author = paula.staff_member.pathologist
    waiting = [ready(days).number for days in range(40, 0, -1)]
    draft, failed = factories.draft_report(author), failed_report(author)
    asked = ready(animal="=1+1")
    request_more(paula, asked.pk, Wish(RequestKind.STAIN, asked.cassettes.get().pk, "Grocott"))
    (head, first, second, third, *rest) = lines_of(browser(paula))
    assert len(head) == len(first)
    assert (first[0], first[1], first[6]) == ("No se pudo emitir", failed.protocol.number, "Paula Rivas")
    assert (second[0], second[1], second[6]) == ("En escritura", draft.protocol.number, "Paula Rivas")
    assert (third[1], third[3]) == (asked.number, "'=1+1")
    assert third[9] == f"Otra coloración, {asked.number}-C1, Grocott"
    assert [row[1] for row in rest] == waiting
    assert (rest[0][0], rest[0][7]) == ("Listos para informar", "40")


def test_csv_is_as_searched_and_the_page_leads_to_it(paula, browser):
    mora, _simon = ready(animal="Mora"), ready(animal="Simón")
    assert [row[1] for row in lines_of(browser(paula), "&q=mora")[1:]] == [mora.number]
    page = browser(paula).get(LIST + "?q=mora").content.decode()
    assert f'href="{LIST}?q=mora&amp;format=csv" download' in page
    assert "format=csv" not in browser(paula).get(LIST + "?q=nadie").content.decode()


def test_vets_get_no_csv(bruno, browser):
    assert browser(bruno).get(LIST + "?format=csv").status_code == 403
