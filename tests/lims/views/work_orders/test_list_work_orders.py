"""The list of work orders: who sees what, filters, pages, CSV."""

import csv
import io

import pytest

from lims.models import WorkOrder
from lims.views.kit.listing import PAGE_SIZE, safe_cells
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user, orders with their veterinarians; in the header of a page, the count of notifications.
STATEMENTS_JSON, STATEMENTS_HTML = 3, 4


def numbers(answer) -> list[str]:
    return [row["number"] for row in answer.json()["results"]]


def test_vet_sees_own_issued_orders_alone(ana, bruno, carla, browser):
    order = factories.issued_order(ana, bruno.veterinarian)
    factories.draft_order(ana, bruno.veterinarian)
    factories.issued_order(ana, carla.veterinarian)
    assert numbers(browser(bruno).get("/work-orders/", **JSON)) == [order.number]


def test_laboratory_sees_drafts_too(ana, bruno, browser):
    factories.draft_order(ana, bruno.veterinarian)
    (row,) = browser(ana).get("/work-orders/", **JSON).json()["results"]
    assert (row["number"], row["status"]) == (None, "draft")


def test_row_says_where_its_pdf_is(ana, bruno, browser):
    order = factories.issued_order(ana, bruno.veterinarian)
    (row,) = browser(bruno).get("/work-orders/", **JSON).json()["results"]
    assert (row["id"], row["status"], row["pdf_url"]) == (order.pk, "issued", f"/work-orders/{order.pk}/pdf/")


def test_every_order_is_on_exactly_one_page(ana, bruno, browser):
    orders = [factories.issued_order(ana, bruno.veterinarian) for _ in range(PAGE_SIZE + 2)]
    client, url, seen = browser(bruno), "/work-orders/", []
    while url:
        answer = client.get(url, **JSON)
        seen += numbers(answer)
        url = answer.json()["next"]
    assert seen == [order.number for order in reversed(orders)]


@pytest.mark.parametrize("count", [1, PAGE_SIZE + 5])
def test_statements_do_not_grow_with_the_rows(count, ana, bruno, browser, django_assert_num_queries):
    for _ in range(count):
        factories.issued_order(ana, bruno.veterinarian)
    client = browser(ana)
    for headers, statements in (({}, STATEMENTS_HTML), (JSON, STATEMENTS_JSON)):
        with django_assert_num_queries(statements):
            client.get("/work-orders/", **headers)


def test_filters_come_from_the_url_and_stay_on_the_next_page(ana, bruno, browser):
    for _ in range(PAGE_SIZE + 1):
        factories.issued_order(ana, bruno.veterinarian)
    factories.draft_order(ana, bruno.veterinarian)
    answer = browser(ana).get("/work-orders/?status=issued&payment=unpaid&q=bruno", **JSON).json()
    assert {row["status"] for row in answer["results"]} == {"issued"}
    assert "status=issued&payment=unpaid&before=" in answer["next"].replace("q=bruno&", "")


def test_payment_filter_finds_the_paid_ones(ana, bruno, browser):
    paid = factories.issued_order(ana, bruno.veterinarian)
    WorkOrder.objects.filter(pk=paid.pk).update(advance=paid.total)
    factories.issued_order(ana, bruno.veterinarian)
    assert numbers(browser(ana).get("/work-orders/?payment=paid", **JSON)) == [paid.number]


@pytest.mark.parametrize(
    "words",
    ["michi", "HP 77/123", "quiroga", "olivos", "sociedad", "OT-", "ot-2", "hp 77", "77/12", "zoe michi"],
)
def test_search_finds_by(words, ana, browser):
    vet = factories.VeterinarianFactory(first_names="Zoe", last_names="Quiroga", clinic="Clínica Olivos")
    found = factories.issued_order(ana, vet, billing_name="Olivos Sociedad Anónima")
    found.lines.get().protocol.__class__.objects.filter(pk=found.lines.get().protocol_id).update(
        animal="Michi", number="HP 77/123"
    )
    assert found.number in numbers(browser(ana).get("/work-orders/", {"q": words}, **JSON))


def test_search_leaves_out_what_does_not_match(ana, bruno, browser):
    factories.issued_order(ana, bruno.veterinarian)
    assert numbers(browser(ana).get("/work-orders/", {"q": "inexistente"}, **JSON)) == []


@pytest.mark.parametrize(
    "query", ["status=nonsense", "before=x", "before=-1", "payment=%00", "q=%00", "before=" + "9" * 40]
)
def test_nonsense_in_the_url_is_ignored(query, ana, bruno, browser):
    order = factories.issued_order(ana, bruno.veterinarian)
    assert numbers(browser(bruno).get(f"/work-orders/?{query}", **JSON)) == [order.number]


def test_empty_list_says_why(bruno, browser):
    client = browser(bruno)
    assert "Todavía no hay" in client.get("/work-orders/").content.decode()
    assert "Nada coincide" in client.get("/work-orders/?q=nada").content.decode()


def test_html_lists_number_money_and_links(ana, bruno, browser):
    order = factories.issued_order(ana, bruno.veterinarian, lines=2)
    page = browser(bruno).get("/work-orders/").content.decode()
    assert order.number in page
    assert "$\xa02.000,00" in page
    assert f'href="/work-orders/{order.pk}/pdf/"' in page


def test_csv_has_every_row_of_the_filter(ana, bruno, browser):
    for _ in range(PAGE_SIZE + 3):
        factories.issued_order(ana, bruno.veterinarian)
    answer = browser(bruno).get("/work-orders/?format=csv&status=issued")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 1 + PAGE_SIZE + 3
    assert answer["Content-Disposition"].startswith("attachment")
    assert rows[1][6] == "1000.00"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_csv_cell_is_never_a_formula(text):
    assert safe_cells([text]) == [f"'{text}"]


def test_csv_leaves_ordinary_text_alone():
    assert safe_cells(["Ana = Ana", 3]) == ["Ana = Ana", "3"]


def test_stranger_to_the_site_is_sent_to_log_in(client, db):
    answer = client.get("/work-orders/?status=issued")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/accounts/login/?next=/work-orders/%3Fstatus%3Dissued",
    )
    assert client.get("/work-orders/", **JSON).status_code == 401


def test_answer_varies_by_accept(bruno, browser):
    assert "Accept" in browser(bruno).get("/work-orders/")["Vary"]
