"""The list of reports: who sees what, filters, pages, failures, CSV."""

import csv
import io

import pytest

from actors.models import Job
from lims.views.kit.listing import PAGE_SIZE
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user, reports with all that a row tells; authors to choose from in the laboratory; in HTML the
# count of notifications.
STATEMENTS_VET, STATEMENTS_LABORATORY = 3, 4


def of(author, vet, make=factories.archived_report, **fields):
    protocol = factories.ready_protocol(vet.veterinarian, **fields)
    return make(author, protocol)


def found(answer) -> list[int]:
    return [row["id"] for row in answer.json()["results"]]


def test_vet_sees_own_issued_reports_alone(author, bruno, carla, browser):
    report = of(author, bruno)
    of(author, bruno, factories.draft_report)
    of(author, bruno, factories.finalized_report)
    of(author, carla)
    client = browser(bruno)
    assert found(client.get("/reports/", **JSON)) == [report.pk]
    page = client.get("/reports/").content.decode()
    assert "Borrador" not in page and "Firmado" not in page and "No se pudo emitir" not in page


def test_laboratory_sees_drafts_too(author, ana, bruno, browser):
    draft = of(author, bruno, factories.draft_report)
    (row,) = browser(ana).get("/reports/", **JSON).json()["results"]
    assert (row["id"], row["status"], row["version"]) == (draft.pk, "draft", 1)


def test_row_says_where_its_pdf_is(author, bruno, browser):
    report = of(author, bruno)
    (row,) = browser(bruno).get("/reports/", **JSON).json()["results"]
    assert (row["number"], row["status"]) == (report.protocol.number, "issued")
    assert row["pdf_url"] == f"/reports/{report.pk}/pdf/"


def test_every_version_is_listed_and_says_what_it_is(author, bruno, browser):
    first = of(author, bruno)
    second = factories.next_version(first)
    rows = browser(bruno).get("/reports/", **JSON).json()["results"]
    assert [(row["id"], row["version"], row["status"]) for row in rows] == [
        (second.pk, 2, "issued"),
        (first.pk, 1, "superseded"),
    ]


def test_every_report_is_on_exactly_one_page(author, bruno, browser):
    reports = [of(author, bruno) for _ in range(PAGE_SIZE + 2)]
    client, url, seen = browser(bruno), "/reports/", []
    while url:
        answer = client.get(url, **JSON)
        seen += found(answer)
        url = answer.json()["next"]
    assert seen == [report.pk for report in reversed(reports)]


@pytest.mark.parametrize("count", [1, PAGE_SIZE + 5])
@pytest.mark.parametrize("query", ["", "?q=firulais", "?q=HP 26"])
def test_statements_do_not_grow_with_the_rows(
    count, query, author, ana, bruno, browser, django_assert_num_queries
):
    for _ in range(count):
        of(author, bruno)
    # Words are looked for among the vets' names first.
    more = query == "?q=firulais"
    for user, each in ((bruno, STATEMENTS_VET), (ana, STATEMENTS_LABORATORY)):
        client, statements = browser(user), each + more
        with django_assert_num_queries(statements):
            client.get(f"/reports/{query}", **JSON)
        with django_assert_num_queries(statements + 1):
            client.get(f"/reports/{query}")


def test_failed_publication_is_a_sign_in_the_list_and_a_filter(author, ana, bruno, browser):
    failed = of(author, bruno, factories.finalized_report)
    waiting = of(author, bruno, factories.finalized_report)
    of(author, bruno)
    Job.objects.filter(ref=str(failed.pk)).update(state="failed")
    client = browser(ana)
    rows = {row["id"]: row["failed"] for row in client.get("/reports/", **JSON).json()["results"]}
    assert rows[failed.pk] and not rows[waiting.pk]
    assert client.get("/reports/").content.decode().count("No se pudo emitir</span>") == 1
    assert found(client.get("/reports/?status=failed", **JSON)) == [failed.pk]


def test_filters_by_status_and_author_stay_on_the_next_page(author, ana, bruno, browser):
    other = factories.PathologistFactory(staff_member__last_names="Otra")
    for _ in range(PAGE_SIZE + 1):
        of(author, bruno)
    of(other, bruno)
    answer = browser(ana).get(f"/reports/?status=issued&author={author.pk}&q=firulais", **JSON).json()
    assert {row["author"] for row in answer["results"]} == {author.name}
    assert f"q=firulais&status=issued&author={author.pk}&before=" in answer["next"]


def test_vet_cannot_filter_by_what_only_the_laboratory_knows(author, bruno, browser):
    report = of(author, bruno)
    client = browser(bruno)
    for query in ("status=draft", "status=failed", f"author={author.pk + 1}"):
        assert found(client.get(f"/reports/?{query}", **JSON)) == [report.pk]


@pytest.mark.parametrize(
    "words", ["michi", "HP 77/123", "hp 77", "77/12", "quiroga", "peralta", "peralta michi"]
)
def test_search_finds_by(words, author, ana, browser):
    vet = factories.VeterinarianFactory(last_names="Quiroga").user
    report = of(author, vet, animal="Michi", number="HP 77/123", owner_last_names="Peralta")
    of(author, factories.VeterinarianFactory().user)
    assert found(browser(ana).get("/reports/", {"q": words}, **JSON)) == [report.pk]


@pytest.mark.parametrize("query", ["status=nonsense", "before=x", "author=x", "q=%00", "before=" + "9" * 40])
def test_nonsense_in_the_url_is_ignored(query, author, bruno, ana, browser):
    report = of(author, bruno)
    for user in (bruno, ana):
        assert found(browser(user).get(f"/reports/?{query}", **JSON)) == [report.pk]


def test_empty_list_says_why(bruno, ana, browser):
    for user in (bruno, ana):
        client = browser(user)
        assert "Todavía no hay informes" in client.get("/reports/").content.decode()
        assert "Nada coincide" in client.get("/reports/?q=nada").content.decode()


def test_csv_has_every_row_of_the_filter(author, bruno, browser):
    for _ in range(PAGE_SIZE + 3):
        of(author, bruno, animal="=1+1")
    answer = browser(bruno).get("/reports/?format=csv&status=issued")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 1 + PAGE_SIZE + 3
    assert answer["Content-Disposition"].startswith("attachment")
    assert rows[1][5] == "'=1+1"
