"""The laboratory's word on who its veterinarians are: verified, or taken back."""

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.errors import NotVisible
from lims.models import Delivery, DeliveryKind, NotificationKind, User, Veterinarian
from lims.services.kit.permissions import require_laboratory
from lims.services.kit.versions import require_version
from lims.services.mail import deliveries, notifications
from lims.services.mail.contents import Letter, letter


@transaction.atomic
def verify_veterinarian(by: User, pk: int, lock_version: int) -> bool:
    """Note that the laboratory checked who this is, and tell them; return whether it is new. Idempotent.

    `lock_version` is that of the profile that was looked at. Raises NotAllowed for everybody outside of the
    laboratory, and StaleEdit if the profile was saved since: nobody has seen what it says now.
    """
    require_laboratory(by)
    vet = _unverified([pk]).first()
    if vet is None:
        return False
    message = _("The profile was changed since you read it, and is not verified. Read it again, then verify.")
    require_version(vet, lock_version, message)
    _verify([vet], by)
    return True


@transaction.atomic
def verify_veterinarians(by: User, pks: list[int]) -> int:
    """Verify these, whatever their profiles say by now, and tell them; return how many are new. Idempotent.

    Raises NotAllowed for everybody outside of the laboratory.
    """
    require_laboratory(by)
    found = list(_unverified(pks))
    _verify(found, by)
    return len(found)


@transaction.atomic
def unverify_veterinarian(by: User, pk: int) -> Veterinarian:
    """Take a verification back: the vet submits nothing until there is a new one. Idempotent.

    Raises NotAllowed and NotVisible.
    """
    require_laboratory(by)
    vet = Veterinarian.objects.select_for_update().filter(pk=pk).first()
    if vet is None:
        raise NotVisible(_("There is no such veterinarian."))
    if vet.verified_at:
        vet.verified_at = vet.verified_by = None
        vet.save(update_fields=["verified_at", "verified_by"])
    return vet


@letter(DeliveryKind.PROFILE_VERIFIED)
def profile_verified(delivery: Delivery) -> Letter:
    return Letter(_("Your profile is verified"), reverse("protocols"))


def _unverified(pks: list[int]) -> QuerySet[Veterinarian]:
    unverified = Veterinarian.objects.select_for_update(of=("self",)).filter(verified_at=None)
    return unverified.filter(pk__in=pks).select_related("user").order_by("pk")


def _verify(vets: list[Veterinarian], by: User) -> None:
    pks = [vet.pk for vet in vets]
    Veterinarian.objects.filter(pk__in=pks).update(verified_at=timezone.now(), verified_by=by)
    _notify(vets, by)


def _notify(vets: list[Veterinarian], by: User) -> None:
    users = [vet.user for vet in vets]
    notifications.notify(users, NotificationKind.VET_VERIFIED, "", reverse("protocols"))
    kind = DeliveryKind.PROFILE_VERIFIED
    deliveries.enqueue_all([deliveries.write(kind, vet.user, vet.email, by) for vet in vets], by)
