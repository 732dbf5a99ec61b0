"""Bulk actions on cached PDFs: make those of one kind ahead, or delete them; a class each per kind."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import BooleanField, Exists, F, Func, Model, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lims.documents.labels import label_sheet
from lims.documents.work_orders import work_order
from lims.models import Cassette, LabelSheet, Protocol, Role, Slide, User, WorkOrder, WorkOrderStatus
from lims.services.operations.action import Action, Context, Named
from lims.services.operations.registry import every, register
from lims.services.pdfs import opening


class PdfAction(Action):
    """For the things whose PDFs are of one cached `kind`; done means that a job for each is on its way."""

    kind: ClassVar[str]
    roles = (Role.ADMIN,)

    def candidates(self, user: User) -> QuerySet:
        return opening.VISIBLE[self.kind](user)

    def apply_chunk(self, context: Context, things: Sequence[Model]) -> dict[int, str]:
        refused = {thing.pk: reason for thing in things if (reason := self.why_not(thing))}
        self.change(context, [thing.pk for thing in things if thing.pk not in refused])
        return refused

    def change(self, context: Context, pks: Sequence[int]) -> None:
        """Do it to the PDFs of things that nothing refuses."""
        raise NotImplementedError


class Warm(PdfAction):
    """Has the PDFs made before anybody asks."""

    label = gettext_lazy("Make the PDFs")

    def change(self, context: Context, pks: Sequence[int]) -> None:
        opening.warm_each(context.by, self.kind, pks)


class Invalidate(PdfAction):
    """Has what is cached deleted, so that the next open makes each PDF anew."""

    label = gettext_lazy("Delete the cached PDFs")

    def change(self, context: Context, pks: Sequence[int]) -> None:
        opening.invalidate_each(context.by, self.kind, pks)


class OfWorkOrders(PdfAction):
    kind = work_order.KIND
    reads = ("status",)

    def reason(self, status: str) -> str:
        return _("A draft has no PDF that is kept.") if status == WorkOrderStatus.DRAFT else ""

    def name_of(self, thing: WorkOrder) -> Named:
        return Named(str(thing), reverse("work_order", args=(thing.pk,)))


class OfLabelSheets(PdfAction):
    kind = label_sheet.KIND

    def name_of(self, thing: LabelSheet) -> Named:
        return Named(str(thing), reverse("label_sheet", args=(thing.pk,)))


@register
class WarmWorkOrders(Warm, OfWorkOrders):
    name = "warm-documents"


@register
class InvalidateWorkOrders(Invalidate, OfWorkOrders):
    name = "invalidate-documents"


@register
class WarmLabelSheets(Warm, OfLabelSheets):
    name = "warm-label-sheets"
    label = gettext_lazy("Make the label sheets’ PDFs")
    reads = ("has_labels",)

    def candidates(self, user: User) -> QuerySet[LabelSheet]:
        left = _is_left(Protocol, "protocol_ids") | _is_left(Cassette, "cassette_ids")
        return super().candidates(user).annotate(has_labels=left | _is_left(Slide, "slide_ids"))

    def reason(self, has_labels: bool) -> str:
        return "" if has_labels else _("Nothing is left of what these labels were for.")


@register
class InvalidateLabelSheets(Invalidate, OfLabelSheets):
    """Of a sheet without labels too, whose old PDF may still be kept."""

    name = "invalidate-label-sheets"
    label = gettext_lazy("Delete the label sheets’ cached PDFs")


def warming() -> dict[str, Warm]:
    """Return the actions that make PDFs ahead, by their cached kind."""
    return {action.kind: action for action in every() if isinstance(action, Warm)}


def _is_left(model: type[Model], pks: str) -> Q:
    """Return whether a sheet's array of these things names one that is there."""
    named = Func(
        F("pk"),
        Func(OuterRef(pks), function="ANY"),
        template="%(expressions)s",
        arg_joiner=" = ",
        output_field=BooleanField(),
    )
    return Q(Exists(model._default_manager.filter(named)))
