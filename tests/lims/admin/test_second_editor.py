"""Of two administrators who edit the same thing the second is told, whatever the thing is."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.contrib import admin as django_admin
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lims.admin.base import ReadOnlyAdmin, ServedAdmin
from lims.models import (
    Holiday,
    Laboratory,
    Pathologist,
    Phrase,
    Price,
    StaffMember,
    User,
    Veterinarian,
)
from tests import factories
from tests.lims.admin.saving import posted
from tests.pictures import upload

pytestmark = pytest.mark.django_db
# How one is made, which of its fields is typed, by the first editor and by the second.
EDITED: dict[type[models.Model], tuple[Callable, str, str, str]] = {
    User: (lambda: factories.UserFactory(), "email", "theirs@lab.test", "mine@lab.test"),
    StaffMember: (lambda: factories.StaffMemberFactory(), "position", "Jefa", "Técnica"),
    Pathologist: (lambda: factories.PathologistFactory(), "specialty", "Citología", "Histología"),
    Veterinarian: (lambda: factories.VeterinarianFactory(), "clinic", "Del Norte", "Del Este"),
    Laboratory: (lambda: factories.laboratory(), "work_order_terms", "Uno\r\ndos", "Tres\r\ncuatro"),
    Price: (
        lambda: factories.PriceFactory(valid_from=timezone.localdate() + timedelta(days=9)),
        *("price", "1.200,50", "1.300,50"),
    ),
    Holiday: (lambda: Holiday.objects.create(on=date(2027, 1, 1), name="x"), "name", "Año Nuevo", "Asueto"),
    Phrase: (lambda: Phrase.objects.create(title="x", text="x"), "text", "Uno\r\ndos", "Tres\r\ncuatro"),
}
every_thing = pytest.mark.parametrize("model", EDITED, ids=lambda model: model.__name__)


def address(thing: models.Model) -> str:
    return reverse(f"admin:lims_{thing._meta.model_name}_change", args=(thing.pk,))


def form_of(response):
    return response.context["adminform"].form


def saved(thing: models.Model) -> dict:
    return type(thing)._default_manager.values().get(pk=thing.pk)


def test_nothing_else_is_edited():
    edited = {
        model: model_admin
        for model, model_admin in django_admin.site._registry.items()
        if model._meta.app_label == "lims" and not isinstance(model_admin, ReadOnlyAdmin)
    }
    assert set(edited) == set(EDITED)
    assert all(isinstance(model_admin, ServedAdmin) for model_admin in edited.values())


@every_thing
def test_second_is_told_keeps_what_was_typed_and_may_save_then(admin, model):
    make, name, theirs, mine = EDITED[model]
    thing = make()
    old = posted(form_of(admin.get(address(thing))))
    assert admin.post(address(thing), old | {name: theirs}).status_code == 302
    before = saved(thing)
    response = admin.post(address(thing), old | {name: mine})
    form = form_of(response)
    assert form.non_field_errors() and set(form.errors) == {"__all__", name}
    assert theirs.replace("\r\n", "\n") in "".join(form.errors[name])
    assert form[name].value() == mine.replace("\r\n", "\n")
    assert form.non_field_errors()[0] in response.content.decode()
    assert saved(thing) == before
    assert admin.post(address(thing), posted(form)).status_code == 302
    assert saved(thing) != before
    assert posted(form_of(admin.get(address(thing))))[name] == mine.replace("\r\n", "\n")


@every_thing
def test_second_click_is_no_conflict(admin, model):
    make, name, theirs, _mine = EDITED[model]
    thing = make()
    typed = posted(form_of(admin.get(address(thing)))) | {name: theirs}
    assert [admin.post(address(thing), typed).status_code for _ in range(2)] == [302, 302]


@every_thing
def test_page_without_its_mark_overwrites_nothing(admin, model):
    make, name, theirs, _mine = EDITED[model]
    thing = make()
    before = saved(thing)
    form = form_of(admin.get(address(thing)))
    hidden = {bound.html_name for bound in form.hidden_fields()}
    typed = {key: value for key, value in posted(form).items() if key not in hidden}
    assert form_of(admin.post(address(thing), typed | {name: theirs})).non_field_errors()
    assert saved(thing) == before


@pytest.mark.parametrize("mine", [{"remove_signature": "on"}, {"signature": None}], ids=["removed", "new"])
def test_signature_that_somebody_else_brought_is_not_replaced_unseen(admin, mine):
    pathologist = factories.PathologistFactory(may_sign=False)

    def png(size):
        return upload("firma.png", size, file_format="PNG")

    old = posted(form_of(admin.get(address(pathologist))))
    assert admin.post(address(pathologist), old | {"signature": png((60, 20))}).status_code == 302
    before = saved(pathologist)
    typed = {"signature": png((50, 20))} if "signature" in mine else mine
    assert form_of(admin.post(address(pathologist), old | typed)).non_field_errors()
    assert saved(pathologist) == before


@pytest.mark.django_db(transaction=True)
def test_second_is_told_also_while_the_first_one_is_still_saving(alma):
    member = factories.StaffMemberFactory()
    client = Client()
    client.force_login(alma)
    typed = posted(form_of(client.get(address(member)))) | {"position": "Técnica"}

    def edit() -> int:
        try:
            return client.post(address(member), typed).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            StaffMember.objects.filter(pk=member.pk).update(position="Jefa")
            second = pool.submit(edit)
            wait_until_somebody_waits()
        assert second.result() == 200
    assert saved(member)["position"] == "Jefa"


def wait_until_somebody_waits() -> None:
    """Return once another connection of this database waits for a row."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            if cursor.fetchone():
                return
            time.sleep(0.05)
    raise AssertionError("nobody waits")
