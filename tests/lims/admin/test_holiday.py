"""Holidays are kept by administrators, one a day; working days follow them."""

from datetime import date

import pytest
from django.db import transaction

from lims.errors import NotAllowed
from lims.models import Holiday
from lims.services.kit.working_days import add_working_days
from lims.services.laboratory.holidays import remove_holiday, set_holiday
from tests.lims.admin.saving import save

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/lims/holiday/", "/admin/lims/holiday/add/"
NEW_YEAR = date(2027, 1, 1)


def page(holiday: Holiday, name: str = "change") -> str:
    return f"/admin/lims/holiday/{holiday.pk}/{name}/"


def test_holiday_is_written_changed_and_removed_and_working_days_follow(admin):
    friday, monday = date(2027, 1, 8), date(2027, 1, 11)
    assert add_working_days(friday, 1) == monday
    assert admin.post(ADD, {"on": "11/01/2027", "name": "Asueto"}).status_code == 302
    assert add_working_days(friday, 1) == date(2027, 1, 12)
    holiday = Holiday.objects.get()
    assert save(admin, page(holiday), {"on": "12/01/2027", "name": "Asueto"}).status_code == 302
    assert add_working_days(friday, 1) == monday
    admin.post(page(holiday, "delete"), {"post": "yes"})
    assert not Holiday.objects.exists()


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"on": "01/01/2027", "name": "Otro"}, "on"),
        ({"on": "31/02/2027", "name": "Otro"}, "on"),
        ({"on": "", "name": "Otro"}, "on"),
        ({"on": "02/01/2027", "name": " "}, "name"),
        ({"on": "02/01/2027", "name": "x" * 101}, "name"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_kept(admin, alma, typed, wrong):
    set_holiday(alma, NEW_YEAR, "Año Nuevo")
    response = admin.post(ADD, typed)
    form = response.context["adminform"].form
    assert set(form.errors) == {wrong} and form["name"].value() == typed["name"]
    assert Holiday.objects.count() == 1


def test_chosen_ones_are_removed_together(admin, alma):
    rows = [set_holiday(alma, date(2027, 5, day), "Feriado") for day in (1, 2, 3)]
    chosen = {"action": "delete_selected", "_selected_action": [rows[0].pk, rows[1].pk], "post": "yes"}
    assert admin.post(LIST, chosen).status_code == 302
    assert list(Holiday.objects.all()) == rows[2:]


def test_only_administrators_keep_them(ana, paula, bruno, alma):
    holiday = set_holiday(alma, NEW_YEAR, "Año Nuevo")
    for user in (ana, paula, bruno):
        for act in (lambda by: set_holiday(by, NEW_YEAR, "x"), lambda by: remove_holiday(by, holiday.pk)):
            with pytest.raises(NotAllowed), transaction.atomic():
                act(user)
    assert Holiday.objects.get().name == "Año Nuevo"
