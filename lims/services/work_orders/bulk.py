"""Bulk actions on work orders: issue and send them. What is done to their papers stands in `on_papers`."""

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lims.models import User, WorkOrder, WorkOrderLine, WorkOrderStatus
from lims.services.operations.action import Action, Context, Named
from lims.services.work_orders import work_orders


class WorkOrderAction(Action):
    """For orders that the user may see."""

    def candidates(self, user: User) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(user)

    def name_of(self, thing: WorkOrder) -> Named:
        return Named(str(thing), reverse("work_order", args=(thing.pk,)))


class IssueAndSend(WorkOrderAction):
    """draft -> issued -> sent: number, frozen lines, warm PDF, one mail to its vet."""

    name = "issue-and-send-work-orders"
    label = gettext_lazy("Issue and send")
    # The series of numbers is locked for everybody until a chunk ends.
    chunk_size = 50
    reads = ("status", "has_lines")

    def candidates(self, user: User) -> QuerySet[WorkOrder]:
        lines = WorkOrderLine.objects.filter(work_order=OuterRef("pk"))
        return super().candidates(user).annotate(has_lines=Exists(lines))

    def reason(self, status: str, has_lines: bool) -> str:
        if status != WorkOrderStatus.DRAFT:
            return work_orders.why_not(status, WorkOrderStatus.SENT)
        return "" if has_lines else _("An order without lines cannot be issued.")

    def apply_one(self, context: Context, thing: WorkOrder) -> None:
        work_orders.issue_and_send_work_order(context.by, thing.pk)
