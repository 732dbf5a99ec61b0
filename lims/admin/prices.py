"""The price list."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from lims.admin.base import AuditedAdmin, ServedAdmin
from lims.forms.work_orders.prices import PriceForm
from lims.models import Price
from lims.requests import user_of
from lims.services.work_orders import price_list
from lims.services.work_orders.price_list import begin_price, change_price, has_past, withdraw_price
from lims.templatetags.lamina import money


class TimeFilter(admin.SimpleListFilter):
    title = _("time")
    parameter_name = "time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("Holds today")), ("later", _("Begins later")), ("past", _("Over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        today = timezone.localdate()
        holds = Q(valid_until=None) | Q(valid_until__gte=today)
        conditions = {
            "now": holds & Q(valid_from__lte=today),
            "later": Q(valid_from__gt=today),
            "past": Q(valid_until__lt=today),
        }
        condition = conditions.get(self.value() or "")
        return queryset.filter(condition) if condition else queryset


@admin.register(Price)
class PriceAdmin(AuditedAdmin, ServedAdmin):
    form = PriceForm
    list_display = ("service", "description", "amount", "valid_from", "valid_until")
    list_filter = (TimeFilter,)
    search_fields = ("service", "description")
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and has_past(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Price | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and has_past(obj))

    def locked(self, pk: int) -> Price:
        # In the services' order: the other way round two administrators could wait for each other for ever.
        return price_list.locked(pk)[0]

    def serve(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> Price:
        if change:
            return change_price(user_of(request), form.instance.pk, form.terms())
        return begin_price(user_of(request), form.terms())

    def delete_model(self, request: HttpRequest, obj: Price) -> None:
        withdraw_price(user_of(request), obj.pk)

    @display(description=_("price"), ordering="price")
    def amount(self, price: Price) -> str:
        return money(price.price)
