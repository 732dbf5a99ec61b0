"""The laboratory's holidays, by which working days are counted."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from lims.admin.base import ServedAdmin
from lims.forms.laboratory.admin_holidays import HolidayForm
from lims.models import Holiday
from lims.requests import user_of
from lims.services.laboratory.holidays import remove_holiday, set_holiday


@admin.register(Holiday)
class HolidayAdmin(ServedAdmin):
    form = HolidayForm
    list_display = ("on", "name")
    search_fields = ("name",)
    date_hierarchy = "on"
    ordering = ("-on",)

    def serve(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> Holiday:
        pk = form.instance.pk if change else None
        return set_holiday(user_of(request), form.cleaned_data["on"], form.cleaned_data["name"], pk)

    def delete_model(self, request: HttpRequest, obj: Holiday) -> None:
        remove_holiday(user_of(request), obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Holiday]) -> None:
        for holiday in queryset:
            remove_holiday(user_of(request), holiday.pk)
