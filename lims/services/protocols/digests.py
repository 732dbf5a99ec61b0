"""One message to each vet about all of their samples that an operation received, or took into work."""

from collections.abc import Iterable

from django.contrib.postgres.aggregates import ArrayAgg

from actors import jobs
from lims.models import Delivery, DeliveryKind, ItemState, Operation, Protocol, Veterinarian
from lims.services.mail import deliveries
from lims.services.protocols.announcing import PREFERENCE_OF


def announce(operation: Operation, rounds: range, kind: DeliveryKind) -> None:
    """Have each vet who wishes so told by mail of exactly those of theirs that these rounds did.

    In the transaction that ends them; a few statements for any number of vets.
    """
    done = operation.items.filter(state=ItemState.DONE, round__in=rounds)
    protocols = Protocol.objects.filter(pk__in=done.values("object_pk"))
    wishing = protocols.filter(**{f"veterinarian__{PREFERENCE_OF[kind]}": True}).order_by()
    listed = dict(wishing.values_list("veterinarian").annotate(pks=ArrayAgg("pk", order_by="pk")))
    vets = Veterinarian.objects.filter(pk__in=listed).select_related("user").order_by("pk")
    _enqueue(_delivery(operation, vet, kind, listed[vet.pk]) for vet in vets)


def _delivery(
    operation: Operation, vet: Veterinarian, kind: DeliveryKind, protocol_ids: list[int]
) -> Delivery:
    return Delivery(
        kind=kind,
        operation=operation,
        operation_round=operation.round,
        protocol_ids=protocol_ids,
        recipient=vet.user,
        address=vet.email,
        language=vet.user.language,
        message_id=deliveries.message_id(),
        requested_by=operation.requested_by,
    )


def _enqueue(messages: Iterable[Delivery]) -> None:
    made = Delivery.objects.bulk_create(messages)
    if made:
        works = {str(delivery.pk): (delivery.pk,) for delivery in made}
        jobs.enqueue_many("send_delivery", works, requested_by_id=made[0].requested_by_id)
