"""Bulk action on work orders: issue and send them."""

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lims.models import User, WorkOrder, WorkOrderLine, WorkOrderStatus
from lims.services.operations.action import Action, Context, Named
from lims.services.operations.registry import register
from lims.services.work_orders import work_orders


@register
class IssueAndSend(Action):
    """draft -> issued -> sent: number, frozen lines, warm PDF, one mail to its vet."""

    name = "issue-and-send-work-orders"
    label = gettext_lazy("Issue and send")
    # The series of numbers is locked for everybody until a chunk ends.
    chunk_size = 50
    reads = ("status", "has_lines")

    def candidates(self, user: User) -> QuerySet[WorkOrder]:
        lines = WorkOrderLine.objects.filter(work_order=OuterRef("pk"))
        visible: QuerySet[WorkOrder] = WorkOrder.objects.visible_to(user)
        return visible.annotate(has_lines=Exists(lines))

    def name_of(self, thing: WorkOrder) -> Named:
        return Named(str(thing), reverse("work_order", args=(thing.pk,)))

    def reason(self, status: str, has_lines: bool) -> str:
        if status != WorkOrderStatus.DRAFT:
            return work_orders.why_not(status, WorkOrderStatus.SENT)
        return "" if has_lines else _("An order without lines cannot be issued.")

    def apply_one(self, context: Context, thing: WorkOrder) -> None:
        work_orders.issue_and_send_work_order(context.by, thing.pk)
