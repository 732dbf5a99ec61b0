"""One message to each vet about all of their samples that an operation received, or took into work."""

from django.contrib.postgres.aggregates import ArrayAgg

from lims.models import DeliveryKind, ItemState, Operation, Protocol, Veterinarian
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
    about = {"operation": operation, "operation_round": operation.round}
    by = operation.requested_by
    letters = (
        deliveries.write(kind, vet.user, vet.email, by, protocol_ids=listed[vet.pk], **about) for vet in vets
    )
    deliveries.enqueue_all(letters, by)
