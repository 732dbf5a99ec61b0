"""What can be charged: samples that were received and are in no live order, and whose they are."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from lims.models import (
    Protocol,
    ProtocolStatus,
    User,
    Veterinarian,
    WorkOrder,
    WorkOrderHistory,
    WorkOrderStatus,
)

# Charged as a rule; what is still on the bench may yet need more.
FINISHED = (ProtocolStatus.READY, ProtocolStatus.REPORTED)
JUST_NOW = timedelta(minutes=5)


def chargeable(veterinarian: Veterinarian, order: WorkOrder | None = None) -> QuerySet[Protocol]:
    """Return the vet's protocols that may be charged, first received first; an order's own among them."""
    free = Q(work_order=None) | Q(work_order=order) if order else Q(work_order=None)
    received = Protocol.objects.filter(free, veterinarian=veterinarian, number__isnull=False)
    return received.order_by("received_at", "pk")


def to_charge() -> QuerySet[Veterinarian]:
    """Return the vets who have something to charge, with how much and since when; most finished first."""
    # Filtered before it is counted, so that the index finds what is free among all that was ever charged.
    having = Veterinarian.objects.filter(protocols__work_order=None, protocols__number__isnull=False)
    counted = having.annotate(
        free=Count("protocols"),
        finished=Count("protocols", filter=Q(protocols__status__in=FINISHED)),
        oldest=Min("protocols__received_at"),
    )
    return counted.order_by("-finished", "oldest", "pk")


def drafted_already(by: User, protocols: Collection[int]) -> WorkOrder | None:
    """Return the draft that the user has just made of exactly these protocols: the first of two clicks."""
    made = WorkOrderHistory.objects.filter(
        by=by, action=WorkOrderHistory.Action.CREATED, at__gte=timezone.now() - JUST_NOW
    )
    orders = WorkOrder.objects.filter(
        pk__in=made.values("work_order"), status=WorkOrderStatus.DRAFT, protocols__in=protocols
    )
    order = orders.order_by("-pk").first()
    if order is None or set(order.protocols.values_list("pk", flat=True)) != set(protocols):
        return None
    return order
