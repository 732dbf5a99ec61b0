"""The lines of a draft order as staff type them: the vet's samples, each with a service of the price list."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.fields import MoneyField
from lims.models import Protocol, WorkOrderLine
from lims.models.limits import PK_MAX
from lims.models.work_orders import ZERO
from lims.services.work_orders import prices
from lims.services.work_orders.lines import QUANTITY_MAX, Line, mistakes
from lims.services.work_orders.unbilled import FINISHED

PREFIX = "lines"
# A form of more rows would have more fields than a request may.
ROWS_MAX = 130
EDITABLE_LINES_MAX = 100


class LineForm(forms.Form):
    """A line, of one sample; what is not ticked is not charged, and may say what it likes."""

    wanted = forms.BooleanField(label=_("Charge"), required=False)
    protocol = forms.IntegerField(min_value=1, max_value=PK_MAX, widget=forms.HiddenInput)
    service = forms.ChoiceField(label=_("Service"))
    description = forms.CharField(
        label=_("Description, if not that of the price list"), max_length=5_000, required=False
    )
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=QUANTITY_MAX,
        error_messages={"min_value": _("At least 1."), "max_value": _("At most %(limit_value)s.")},
    )
    unit_price = MoneyField(label=_("Unit price"), min_value=0, required=False)
    discount = MoneyField(label=_("Discount"), min_value=0, required=False)

    def __init__(self, *args: Any, listed: prices.Lookup, written: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service = self.fields["service"]
        assert isinstance(service, forms.ChoiceField)
        service.choices = [("", _("Service")), *self._services(listed, written)]

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and not self.cleaned_data.get("wanted"):
            self.errors.clear()

    @property
    def charges(self) -> bool:
        """Whether it is ticked, and all that it says makes sense."""
        return bool(self.is_valid() and self.cleaned_data.get("wanted"))

    def line(self) -> Line:
        """Return the valid line as the services take it."""
        typed = self.cleaned_data
        return Line(
            typed["protocol"],
            typed["service"],
            typed["description"],
            typed["quantity"],
            typed["unit_price"],
            typed["discount"] or ZERO,
        )

    def _services(self, listed: prices.Lookup, written: Collection[str]) -> list[tuple[str, str]]:
        services = [(name, f"{name} · {description}") for name, description in listed.services()]
        # A line that is written may charge what is in no list, or no longer.
        own = self.initial.get("service") or self.data.get(self.add_prefix("service"), "")
        known = {name for name, _description in services}
        return [(own, own), *services] if own in written and own not in known else services


class LineFormSet(forms.BaseFormSet):
    """All lines of an order: their samples and prices are looked up at once, whatever their number."""

    def __init__(
        self,
        data: QueryDict | None,
        protocols: Iterable[Protocol],
        listed: prices.Lookup,
        written: Collection[str],
        **kwargs: Any,
    ) -> None:
        self.listed = listed
        self.protocols = {protocol.pk: protocol for protocol in protocols}
        super().__init__(data, prefix=PREFIX, form_kwargs={"listed": listed, "written": written}, **kwargs)

    def clean(self) -> None:
        for form in self.forms:
            if form.charges:
                self._check(form)

    def lines(self) -> list[Line]:
        """Return the valid lines as the services take them."""
        return [form.line() for form in self.forms if form.charges]

    def rows(self) -> list[tuple[LineForm, Protocol, str]]:
        """Return each line's form with its sample, one of this vet's, and the day of its price."""
        rows = [(form, self.protocols.get(_number(form["protocol"].value()) or 0)) for form in self.forms]
        return [(form, protocol, f"{prices.day_of(protocol)}") for form, protocol in rows if protocol]

    def _check(self, form: LineForm) -> None:
        typed = form.cleaned_data
        protocol = self.protocols.get(typed["protocol"])
        if protocol is None:
            return form.add_error("protocol", _("No protocol has this number."))
        price = self.listed.on(typed["service"], prices.day_of(protocol))
        each = price.price if typed["unit_price"] is None and price else typed["unit_price"]
        if each is None:
            return form.add_error("unit_price", _("The price list has none for this service and day."))
        for field, mistake in mistakes(typed["quantity"], each, typed["discount"] or ZERO).items():
            form.add_error(field, mistake)
        return None


_LineForms: Any = forms.formset_factory(
    LineForm, formset=LineFormSet, extra=0, max_num=ROWS_MAX, absolute_max=ROWS_MAX, validate_max=True
)


def line_forms(
    data: QueryDict | None, protocols: Iterable[Protocol], lines: Sequence[WorkOrderLine] = ()
) -> LineFormSet:
    """Return the forms of an order's lines and of what else may be charged; finished samples come ticked.

    In an order that has lines already nothing else is ticked.
    """
    charged = {line.protocol_id: line.protocol for line in lines}
    others = [protocol for protocol in protocols if protocol.pk not in charged]
    listed = prices.Lookup()
    initial = [_of_line(line, listed) for line in lines]
    free = others[: ROWS_MAX - len(initial)]
    initial += [_of_protocol(protocol, listed, is_ticked=not lines) for protocol in free]
    offered = [*charged.values(), *others]
    services = {line.service for line in lines}
    made = _LineForms(data, offered, listed, services, initial=initial if data is None else None)
    assert isinstance(made, LineFormSet)
    return made


def with_another_line(data: QueryDict, protocol: Protocol) -> QueryDict:
    """Return what was typed with one more line, of that sample."""
    typed = data.copy()
    count = _number(typed.get(f"{PREFIX}-TOTAL_FORMS")) or 0
    row = {"wanted": "on", "protocol": protocol.pk, "service": "", "quantity": 1}
    for name, value in row.items():
        typed[f"{PREFIX}-{count}-{name}"] = str(value)
    typed[f"{PREFIX}-TOTAL_FORMS"] = str(count + 1)
    return typed


def _of_line(line: WorkOrderLine, listed: prices.Lookup) -> dict[str, Any]:
    """Return what a line says; what it has from the price list follows the service that is chosen instead."""
    price = listed.on(line.service, prices.day_of(line.protocol))
    is_listed = price is not None and price.price == line.unit_price
    is_described = price is not None and price.description == line.description
    return {
        "wanted": True,
        "protocol": line.protocol_id,
        "service": line.service,
        "description": "" if is_described else line.description,
        "quantity": line.quantity,
        "unit_price": None if is_listed else line.unit_price,
        "discount": line.discount,
    }


def _of_protocol(protocol: Protocol, listed: prices.Lookup, *, is_ticked: bool) -> dict[str, Any]:
    return {
        "wanted": is_ticked and protocol.status in FINISHED,
        "protocol": protocol.pk,
        "service": listed.usual(protocol),
        "quantity": 1,
        "discount": ZERO,
    }


def _number(typed: Any) -> int | None:
    try:
        return int(typed)
    except (TypeError, ValueError):
        return None
