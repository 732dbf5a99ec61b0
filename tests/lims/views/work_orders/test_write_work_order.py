"""Writing a work order on its pages: choose, charge, change, send; nothing typed is lost or overwritten."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from lims.models import Protocol, WorkOrder
from lims.services.work_orders.work_orders import change_work_order, issue_work_order
from tests import factories
from tests.lims.views.work_orders.ordering import row, typed

NEW = "/work-orders/new/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def samples(bruno) -> list[Protocol]:
    """A ready one and one that is still on the bench, received when HP-1 was 700."""
    factories.PriceFactory(
        service="HP-1", price=Decimal("700"), valid_from=date(2020, 1, 1), valid_until=date(2025, 12, 31)
    )
    factories.PriceFactory(service="HP-1", price=Decimal("900"), valid_from=date(2026, 1, 1))
    at = timezone.make_aware(timezone.datetime(2025, 12, 31, 23, 30))
    return [
        factories.ProtocolFactory(veterinarian=bruno.veterinarian, status=status, received_at=at)
        for status in ("ready", "processing")
    ]


def test_vets_are_offered_who_have_something_to_charge(ana, samples, carla, browser):
    page = browser(ana).get(NEW).content.decode()
    assert f"?veterinarian={samples[0].veterinarian_id}" in page
    assert carla.veterinarian.name not in page
    assert "No hay profesionales" in browser(ana).get(NEW, {"q": "nadie"}).content.decode()


def test_finished_samples_come_ticked_with_their_usual_service(ana, bruno, samples, browser):
    page = browser(ana).get(NEW, {"veterinarian": bruno.veterinarian.pk})
    rows = [(form["wanted"].value(), form["service"].value(), day) for form, _, day in page.context["rows"]]
    assert rows == [(True, "HP-1", "2025-12-31"), (False, "HP-1", "2025-12-31")]


def test_the_price_is_that_of_the_day_of_reception(ana, bruno, samples, browser):
    rows = [row(0, samples[0], quantity="2", discount="1,50"), row(1, samples[1], wanted=None, quantity="x")]
    answer = browser(ana).post(NEW, typed(bruno.veterinarian, *rows, advance="400,00"))
    order = WorkOrder.objects.get()
    assert answer["Location"] == f"/work-orders/{order.pk}/"
    assert (order.status, str(order.total), str(order.balance)) == ("draft", "1398.50", "998.50")
    assert order.billing_vat_condition == "monotributo"
    assert [line.protocol for line in order.lines.all()] == [samples[0]]


def test_a_second_click_leads_to_the_first_ones_draft(ana, bruno, samples, browser):
    client = browser(ana)
    fields = typed(bruno.veterinarian, row(0, samples[0]))
    places = [client.post(NEW, fields)["Location"] for _ in range(2)]
    assert places == [f"/work-orders/{WorkOrder.objects.get().pk}/"] * 2


def test_a_program_is_answered_in_json(ana, bruno, samples, browser):
    client = browser(ana)
    made = client.post(NEW, typed(bruno.veterinarian, row(0, samples[0])), headers=JSON)
    order = WorkOrder.objects.get()
    assert (made.status_code, made.json()["id"], made.json()["status"]) == (201, order.pk, "draft")
    fields = typed(order, row(0, samples[0]), observations="hoy")
    changed = client.post(f"/work-orders/{order.pk}/edit/", fields, headers=JSON)
    assert (changed.status_code, changed.json()["version"]) == (200, order.lock_version + 1)
    stale = client.post(f"/work-orders/{order.pk}/edit/", fields | {"observations": "ayer"}, headers=JSON)
    assert (stale.status_code, set(stale.json())) == (409, {"error", "fields"})


def test_a_sample_that_another_order_took_meanwhile_is_told(ana, alma, bruno, samples, browser):
    fields = typed(bruno.veterinarian, row(0, samples[0]))
    browser(alma).post(NEW, fields)
    answer = browser(ana).post(NEW, fields)
    assert answer.status_code == 409
    assert f"{samples[0].number} está en otra orden" in answer.content.decode()
    assert WorkOrder.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "muchos"}, "quantity"),
        ({"discount": "700,01"}, "discount"),
        ({"discount": "-1"}, "discount"),
        ({"unit_price": "caro"}, "unit_price"),
        ({"unit_price": "-1"}, "unit_price"),
        ({"service": ""}, "service"),
        ({"service": "XX"}, "service"),
        ({"unit_price": "10.000.000.000,00"}, "unit_price"),
        ({"unit_price": "9.999.999.999,99", "quantity": "101"}, "unit_price"),
        ({"discount": "10.000.000.000,00", "unit_price": "9.999.999.999,99", "quantity": "2"}, "discount"),
    ],
)
def test_wrong_lines_are_told_beside_their_field_and_kept(ana, bruno, samples, browser, changes, field):
    client = browser(ana)
    fields = typed(bruno.veterinarian, row(0, samples[1], wanted=None), row(1, samples[0], **changes))
    answer = client.post(NEW, fields)
    assert answer.status_code == 409
    _unticked, (form, _protocol, _day) = answer.context["rows"]
    assert set(form.errors) == {field}
    assert form[field].value() == next(iter(changes.values()))
    json = client.post(NEW, fields, headers=JSON)
    assert (json.status_code, list(json.json()["fields"])) == (409, [f"lines-1-{field}"])
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"), [({"advance": "x"}, "advance"), ({"billing_name": ""}, "billing_name")]
)
def test_wrong_billing_is_told_beside_its_field(ana, bruno, samples, browser, changes, field):
    answer = browser(ana).post(NEW, typed(bruno.veterinarian, row(0, samples[0]), **changes))
    assert (answer.status_code, set(answer.context["billing"].errors)) == (409, {field})


@pytest.mark.parametrize("count", ["x", "-1", "100000", ""])
def test_a_damaged_form_is_no_error_of_ours(ana, bruno, samples, browser, count):
    fields = typed(bruno.veterinarian, row(0, samples[0])) | {"lines-TOTAL_FORMS": count}
    assert browser(ana).post(NEW, fields).status_code in (302, 409)


def test_an_order_of_nothing_is_refused(ana, bruno, samples, browser):
    fields = typed(bruno.veterinarian, row(0, samples[0], wanted=None))
    answer = browser(ana).post(NEW, fields, headers=JSON)
    assert (answer.status_code, "error" in answer.json()) == (409, True)
    assert not WorkOrder.objects.exists()


def test_anothers_sample_is_not_charged(ana, bruno, carla, samples, browser):
    theirs = factories.ProtocolFactory(veterinarian=carla.veterinarian)
    assert browser(ana).post(NEW, typed(bruno.veterinarian, row(0, theirs))).status_code == 409
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize("pk", ["x", "0", "9" * 30, "-1"])
def test_a_vet_that_is_none_is_not_found(ana, browser, pk):
    assert browser(ana).get(NEW, {"veterinarian": pk}).status_code == 404


def test_another_line_of_a_sample_is_added_and_nothing_is_saved(ana, bruno, samples, browser):
    fields = typed(bruno.veterinarian, row(0, samples[0], description="A mano"), another="1")
    page = browser(ana).post(NEW, fields | {"another_of": samples[0].pk})
    forms = [form for form, _protocol, _day in page.context["rows"]]
    assert [form["description"].value() for form in forms] == ["A mano", None]
    assert not WorkOrder.objects.exists()


def test_a_draft_is_changed_whole(ana, bruno, samples, browser):
    order = factories.draft_order(ana, bruno.veterinarian)
    client = browser(ana)
    page = client.get(f"/work-orders/{order.pk}/edit/")
    assert [form["wanted"].value() for form, _, _ in page.context["rows"]] == [True, False, False]
    rows = [row(0, samples[0]), row(1, samples[1], unit_price="1.000,00", description="Urgente")]
    answer = client.post(f"/work-orders/{order.pk}/edit/", typed(order, *rows, observations="Retira <hoy>"))
    assert answer["Location"] == f"/work-orders/{order.pk}/"
    order.refresh_from_db()
    assert (str(order.total), order.observations) == ("1700.00", "Retira <hoy>")
    assert set(order.protocols.all()) == set(samples)


def test_a_line_of_a_service_that_is_in_no_list_can_be_kept_but_not_begun(ana, bruno, samples, browser):
    order = factories.draft_order(ana, bruno.veterinarian)
    rows = [row(0, order.lines.get().protocol, service="HP", unit_price="7,00")]
    client = browser(ana)
    assert client.post(f"/work-orders/{order.pk}/edit/", typed(order, *rows)).status_code == 302
    assert WorkOrder.objects.get().total == 7
    rows += [row(1, samples[0], service="XX", unit_price="7,00")]
    answer = client.post(f"/work-orders/{order.pk}/edit/", typed(WorkOrder.objects.get(), *rows))
    assert [set(form.errors) for form, _, _ in answer.context["rows"]] == [set(), {"service"}]


def test_the_second_of_two_editors_sees_the_others_change(ana, alma, bruno, browser):
    order = factories.issued_order(ana, bruno.veterinarian)
    change_work_order(alma, order.pk, order.lock_version, advance=Decimal("400.00"))
    for path in (f"/work-orders/{order.pk}/edit/", f"/work-orders/{order.pk}/"):
        client = browser(ana)
        answer = client.post(path, typed(order, advance="5,00"))
        page = answer.content.decode()
        assert (answer.status_code, alma.email in page, "$\xa0400,00" in page) == (409, True, True)
        assert 'value="5,00"' in page
        assert answer.context["billing"]["version"].value() == str(order.lock_version + 1)
    order.refresh_from_db()
    assert order.advance == Decimal("400.00")


def test_an_issued_order_shows_no_lines_to_change_and_a_closed_one_no_form(ana, bruno, browser):
    order = factories.issued_order(ana, bruno.veterinarian)
    client = browser(ana)
    page = client.get(f"/work-orders/{order.pk}/edit/")
    assert page.context["lines"] is None
    assert client.post(f"/work-orders/{order.pk}/edit/", typed(order, advance="10,00")).status_code == 302
    WorkOrder.objects.update(status="invoiced")
    assert client.get(f"/work-orders/{order.pk}/edit/")["Location"] == f"/work-orders/{order.pk}/"
    assert client.post(f"/work-orders/{order.pk}/edit/", typed(order, advance="20,00")).status_code == 409
    assert WorkOrder.objects.get().advance == Decimal("10.00")


def test_a_draft_that_is_issued_meanwhile_keeps_its_lines(ana, bruno, samples, browser):
    draft = factories.draft_order(ana, bruno.veterinarian)
    issue_work_order(ana, draft.pk)
    answer = browser(ana).post(f"/work-orders/{draft.pk}/edit/", typed(draft, row(0, samples[0])))
    assert answer.status_code == 409
    assert "Emitida" in answer.content.decode()
    assert WorkOrder.objects.get().total == draft.total


def test_a_very_long_draft_can_have_its_billing_changed_alone(ana, bruno, browser):
    order = factories.draft_order(ana, bruno.veterinarian, lines=101)
    client = browser(ana)
    client.post(f"/work-orders/{order.pk}/edit/", typed(order, observations="larga"))
    order.refresh_from_db()
    assert (order.observations, order.lines.count()) == ("larga", 101)


def test_it_is_issued_sent_and_invoiced_from_its_page(ana, bruno, browser):
    order = factories.draft_order(ana, bruno.veterinarian)
    client = browser(ana)
    for step, status in (("issue", "issued"), ("send", "sent"), ("invoice", "invoiced")):
        page = client.get(f"/work-orders/{order.pk}/").content.decode()
        assert f"/work-orders/{order.pk}/{step}/" in page
        for _ in range(2):
            assert client.post(f"/work-orders/{order.pk}/{step}/").status_code == 302
        order.refresh_from_db()
        assert order.status == status
    assert order.history.count() == 4
    assert client.post(f"/work-orders/{order.pk}/send/", headers=JSON).status_code == 409


def test_statements_do_not_grow_with_the_lines(ana, bruno, samples, browser, django_assert_num_queries):
    client = browser(ana)
    for count in (1, 60):
        order = factories.draft_order(ana, bruno.veterinarian, lines=count)
        # Session, user, order, lines, samples, prices, how many there are, notifications.
        with django_assert_num_queries(8):
            client.get(f"/work-orders/{order.pk}/edit/")


def test_hostile_text_is_text(ana, bruno, browser):
    hostile = "<script>alert(1)</script> R&D \"'"
    factories.PriceFactory(service="HP-'\"<", description=hostile)
    factories.ProtocolFactory(veterinarian=bruno.veterinarian, animal=hostile)
    page = browser(ana).get(NEW, {"veterinarian": bruno.veterinarian.pk}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; R&amp;D" in page
