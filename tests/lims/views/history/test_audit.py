"""The page of a thing's changes: who, what, when, field by field; for the laboratory alone; as CSV."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.utils import translation

from actors.acting import acting
from lims.models import Cassette, CassetteStage, Price, Protocol, Slide, User, WorkOrder
from lims.services.history import retention
from lims.services.history.wording import changes_of
from lims.services.people.accounts import change_account
from lims.views.history.audit import PAGE_SIZE
from tests import factories
from tests.aged import dated

pytestmark = pytest.mark.django_db

# Session, user, the thing, its changes, since when they are kept, count of notifications; besides, one for
# each kind of thing named.
STATEMENTS_MAX = 11


def text(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def changes(thing, user) -> list:
    with translation.override("en"):
        return changes_of(thing, user)


def changed_fields(thing, user) -> list[tuple]:
    return [
        (change.part, field.label, field.old, field.new)
        for change in changes(thing, user)
        for field in change.fields
        if change.is_update
    ]


def test_it_says_who_changed_which_field_from_what_to_what(ana, bruno, browser):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian, status="processing")
    with acting(ana.pk):
        Protocol.objects.filter(pk=protocol.pk).update(status="ready", animal="Michi", neutered=True)
    page = text(browser(ana), f"/audit/protocol/{protocol.pk}/")
    assert "Ana Suárez" in page
    assert sorted(changed_fields(protocol, ana)) == [
        ("", "animal's name or id", "Firulais", "Michi"),
        ("", "neutered", "", "yes"),
        ("", "status", "Processing", "Ready"),
    ]
    for word in ("En proceso", "Listo", "Firulais", "Michi"):
        assert word in page


def test_its_parts_are_in_it_also_what_was_removed(ana, bruno):
    protocol = factories.ready_protocol(bruno.veterinarian)
    cassette = protocol.cassettes.get()
    protocol.slides.update(quality="poor", stained_by=ana)
    protocol.slides.get().placements.all().delete()
    Slide.objects.filter(protocol=protocol).delete()
    CassetteStage.objects.filter(cassette=cassette).delete()
    Cassette.objects.filter(pk=cassette.pk).delete()
    parts = {(change.part, change.action) for change in changes(protocol, ana)}
    assert {
        (f"cassette {cassette.code}", "Added"),
        (f"cassette {cassette.code}", "Removed"),
        (f"stage of a cassette Fixation {cassette.code}", "Removed"),
        (f"slide {protocol.number}-S1", "Changed"),
        (f"slide {protocol.number}-S1", "Removed"),
    } <= parts
    assert (f"slide {protocol.number}-S1", "quality", "Good", "Poor") in changed_fields(protocol, ana)


def test_lines_and_amounts_are_written_as_people_write_them(ana, bruno):
    order = factories.draft_order(ana, bruno.veterinarian)
    order.lines.update(unit_price="1234.50")
    WorkOrder.objects.filter(pk=order.pk).update(billing_vat_condition="exempt")
    assert ("line 1", "unit price", "1,000.00", "1,234.50") in changed_fields(order, ana)
    assert ("", "VAT condition", "Final consumer", "VAT exempt") in changed_fields(order, ana)


def test_a_vets_draft_stays_theirs_also_after_it_was_submitted(ana, bruno):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian, status="draft", number=None)
    protocol.specimens.create(label="A", site="Piel")
    Protocol.objects.filter(pk=protocol.pk).update(animal="Typo")
    Protocol.objects.filter(pk=protocol.pk).update(animal="Michi", status="submitted")
    (change,) = [each for each in changes(protocol, ana) if not each.part]
    assert change.action == "Added"
    assert "Typo" not in {field.old for field in change.fields} | {field.new for field in change.fields}


@pytest.mark.parametrize("count", [1, 40])
def test_statements_do_not_grow_with_the_changes(count, ana, bruno, browser, django_assert_max_num_queries):
    protocol = factories.ready_protocol(bruno.veterinarian, specimens=count)
    client = browser(ana)
    with django_assert_max_num_queries(STATEMENTS_MAX):
        client.get(f"/audit/protocol/{protocol.pk}/")


def test_every_change_is_on_exactly_one_page_and_in_the_csv(ana, bruno, browser):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    names = [f"M{number}" for number in range(PAGE_SIZE + 3)]
    for name in names:
        Protocol.objects.filter(pk=protocol.pk).update(animal=name)
    client, path = browser(ana), f"/audit/protocol/{protocol.pk}/"
    first, second = text(client, path), text(client, f"{path}?page=2")
    assert 'href="?page=2"' in first and 'href="?page=3"' not in second and 'href="?page=1"' in second
    assert [f">{name}</span></li>" in first or f">{name}</span></li>" in second for name in names]
    answer = client.get(f"{path}?format=csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[6] for row in rows if row[3] == "Cambio"] == names[::-1]


@pytest.mark.parametrize("page", ["x", "-1", "0", "9" * 30, "%00", "²"])
def test_nonsense_in_the_url_is_ignored(page, ana, bruno, browser):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    assert browser(ana).get(f"/audit/protocol/{protocol.pk}/?page={page}").status_code == 200


def test_hostile_text_is_text_and_no_formula(ana, bruno, browser):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    Protocol.objects.filter(pk=protocol.pk).update(animal="=1+1 <script>alert(1)</script>")
    client, path = browser(ana), f"/audit/protocol/{protocol.pk}/"
    assert "&lt;script&gt;alert(1)" in text(client, path) and "<script>alert" not in text(client, path)
    answer = client.get(f"{path}?format=csv")
    assert "'=1+1" in b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("kind", ["user", "price", "laboratory", "staff-member", "pathologist"])
def test_what_administrators_keep_they_alone_see(kind, alma, ana, paula, browser):
    things = {
        "user": ana.pk,
        "price": factories.PriceFactory().pk,
        "laboratory": factories.laboratory().pk,
        "staff-member": ana.staff_member.pk,
        "pathologist": paula.staff_member.pathologist.pk,
    }
    path = f"/audit/{kind}/{things[kind]}/"
    assert (browser(alma).get(path).status_code, browser(ana).get(path).status_code) == (200, 404)


def test_a_changed_account_tells_its_role_and_never_its_password(alma, ana):
    with acting(alma.pk):
        change_account(alma, ana.pk, email=ana.email, role="admin", language="es", is_active=True)
        ana.refresh_from_db()
        ana.set_password("otra-clave-larga")
        ana.save()
    assert changed_fields(User.objects.get(pk=ana.pk), alma) == [("", "role", "Staff", "Administrator")]


def test_a_price_tells_its_amount(alma):
    price = factories.PriceFactory()
    Price.objects.filter(pk=price.pk).update(price="1200.00")
    assert changed_fields(price, alma) == [("", "price", "1,000.00", "1,200.00")]


@pytest.mark.parametrize("path", ["/audit/nothing/1/", "/audit/protocol/999999/"])
def test_what_is_not_there_is_not_there(path, ana, browser):
    assert browser(ana).get(path).status_code == 404


def test_it_says_which_changes_are_no_longer_kept_where_there_were_some(ana, bruno, browser, settings):
    old = factories.ProtocolFactory(veterinarian=bruno.veterinarian, animal="Vieja")
    young = factories.ProtocolFactory(veterinarian=bruno.veterinarian)
    Protocol.objects.filter(pk=old.pk).update(animal="Michi")
    dated(old, datetime(2024, 5, 2, tzinfo=UTC), datetime(2024, 5, 3, tzinfo=UTC))
    list(retention.age(24))
    client, changed_fields = browser(ana), "Los cambios anteriores a junio de 2024 ya no se conservan."
    page = text(client, f"/audit/protocol/{old.pk}/")
    assert changed_fields in page and "Sin cambios desde entonces" in page and "Vieja" not in page
    Protocol.objects.filter(pk=old.pk).update(animal="Nueva")
    page = text(client, f"/audit/protocol/{old.pk}/")
    assert changed_fields in page and "Michi" in page and "Nueva" in page
    assert "ya no se conservan" not in text(client, f"/audit/protocol/{young.pk}/")


def test_a_vet_gets_nothing(bruno):
    assert changes_of(factories.ProtocolFactory(veterinarian=bruno.veterinarian), bruno) == []
