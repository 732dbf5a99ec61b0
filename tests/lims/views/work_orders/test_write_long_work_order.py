"""A draft of more lines than one form holds: changed page by page, and no page touches another's lines."""

from decimal import Decimal

import pytest

from lims.models import WorkOrder
from lims.services.work_orders.work_orders import Line, change_work_order, create_work_order
from tests import factories

ONE = Decimal("1.00")


@pytest.fixture
def long(ana, bruno) -> WorkOrder:
    """A draft of 250 lines, each told by its description, and one sample that is free."""
    charged, _free = (factories.ProtocolFactory(veterinarian=bruno.veterinarian) for _ in range(2))
    lines = [Line(charged.pk, "HP", f"L{place}", unit_price=ONE) for place in range(250)]
    return create_work_order(ana, bruno.veterinarian, lines)


def sent_of(page, **changes) -> dict:
    """Return what the page sends as it stands, but for some changes."""
    lines, billing = page.context["lines"], page.context["billing"]
    fields = [field for form in (billing, lines.management_form, *lines.forms) for field in form]
    sent = {field.html_name: field.value() for field in fields}
    part = page.context["part"]
    sent |= {"first": part.start, "count": len(part)} | changes
    return {
        name: "on" if value is True else value for name, value in sent.items() if value not in (None, False)
    }


def said(order: WorkOrder) -> list[str]:
    return list(order.lines.order_by("position").values_list("description", flat=True))


EXPECTED = [f"L{place}" for place in range(250)]


@pytest.mark.parametrize(
    ("number", "first", "last", "beside"), [(1, 1, 100, [2]), (2, 101, 200, [1, 3]), (3, 201, 250, [2])]
)
def test_each_page_shows_its_lines_and_leads_to_those_beside(ana, long, browser, number, first, last, beside):
    page = browser(ana).get(f"/work-orders/{long.pk}/edit/?page={number}")
    ticked = [form for form, _, _ in page.context["rows"] if form["wanted"].value()]
    assert [form["description"].value() for form in ticked] == EXPECTED[first - 1 : last]
    # What is free can be added on each; the samples of other pages are not offered as if they were free.
    assert len(page.context["rows"]) == len(ticked) + 1
    assert page.context["elsewhere"] == long.total - len(ticked)
    shown = page.content.decode()
    assert f"Renglones {first} a {last} de 250." in shown
    assert [other for other in range(1, 5) if f'name="then" value="{other}"' in shown] == beside


@pytest.mark.parametrize("number", ["4", "0", "x", "9" * 18])
def test_a_page_that_is_none_is_the_first(ana, long, browser, number):
    page = browser(ana).get(f"/work-orders/{long.pk}/edit/?page={number}")
    assert page.context["part"] == range(100)


def test_lines_are_changed_taken_out_and_added_in_their_place(ana, long, browser):
    client = browser(ana)
    path = f"/work-orders/{long.pk}/edit/?page=2"
    page = client.get(path)
    changes = {
        "lines-0-description": "Otra",
        "lines-1-wanted": None,
        "lines-100-wanted": "on",
        "lines-100-service": "HP",
        "lines-100-description": "Nueva",
        "lines-100-unit_price": "5,00",
    }
    factories.PriceFactory(service="HP")
    answer = client.post(path, sent_of(page, then="3", **changes))
    assert answer["Location"] == f"/work-orders/{long.pk}/edit/?page=3"
    expected = [*EXPECTED[:100], "Otra", *EXPECTED[102:200], "Nueva", *EXPECTED[200:]]
    assert said(long) == expected
    long.refresh_from_db()
    assert long.total == 254
    assert long.protocols.count() == 2


def test_an_unchanged_page_changes_nothing(ana, long, browser):
    client = browser(ana)
    path = f"/work-orders/{long.pk}/edit/?page=3"
    sent = sent_of(client.get(path))
    assert client.post(path, sent)["Location"] == f"/work-orders/{long.pk}/"
    assert WorkOrder.objects.get().lock_version == long.lock_version


def test_a_second_click_changes_nothing_more(ana, long, browser):
    client = browser(ana)
    path = f"/work-orders/{long.pk}/edit/?page=2"
    sent = sent_of(client.get(path), **{"lines-7-description": "Otra"})
    assert [client.post(path, sent).status_code for _ in range(2)] == [302, 302]
    assert said(long) == [*EXPECTED[:107], "Otra", *EXPECTED[108:]]
    assert WorkOrder.objects.get().lock_version == long.lock_version + 1


@pytest.mark.parametrize("left", [249, 50])
def test_lines_of_a_page_that_another_hand_moved_are_refused_and_shown(ana, alma, long, browser, left):
    client = browser(ana)
    path = f"/work-orders/{long.pk}/edit/?page=2"
    sent = sent_of(client.get(path), **{"lines-7-description": "Urgente"})
    charged = long.lines.first().protocol_id
    kept = [Line(charged, "HP", text, unit_price=ONE) for text in EXPECTED[250 - left :]]
    change_work_order(alma, long.pk, long.lock_version, lines=kept)
    page = client.post(path, sent)
    assert (page.status_code, len(page.context["unsaved"])) == (409, 100)
    assert "Urgente" in page.content.decode()
    assert said(long) == EXPECTED[250 - left :]


def test_a_mistake_is_told_on_its_page(ana, long, browser):
    client = browser(ana)
    path = f"/work-orders/{long.pk}/edit/?page=2"
    page = client.post(path, sent_of(client.get(path), **{"lines-7-quantity": "0"}))
    assert (page.status_code, page.context["part"]) == (409, range(100, 200))
    assert set(page.context["rows"][7][0].errors) == {"quantity"}
    assert WorkOrder.objects.get().lock_version == long.lock_version
