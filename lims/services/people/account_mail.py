"""Mail about accounts themselves: verify an address, a new password, an account that is there already."""

import secrets

from allauth.account import app_settings
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from actors import jobs
from lims.models import Delivery, DeliveryKind, User
from lims.services.mail import deliveries
from lims.services.mail.contents import Letter, letter

NO_DELIVERY = 0
# The jobs that find nobody are used again, so that strangers cannot fill the ledger.
JOBS_OF_NOBODY = 256


@transaction.atomic
def notify_owner(kind: DeliveryKind | None, address: str) -> None:
    """Have the account that has this address notified by mail; not idempotent.

    Without such an account, or a kind that we write, nobody is notified, and the request takes as long:
    its time tells a stranger nothing.
    """
    owner = _owner(address)
    if kind is None or owner is None:
        jobs.enqueue("send_delivery", f"nobody-{secrets.randbelow(JOBS_OF_NOBODY)}", (NO_DELIVERY,))
        return
    # To the address that is kept: what was typed may only look like it, and be somebody else's.
    user, kept = owner
    deliveries.enqueue(deliveries.write(kind, user, kept, None))


@letter(DeliveryKind.ADDRESS_VERIFICATION)
def verification(delivery: Delivery) -> Letter:
    return Letter(_("Verify your e-mail address"), verification_path(delivery))


@letter(DeliveryKind.PASSWORD_RESET)
def reset(delivery: Delivery) -> Letter:
    return Letter(_("Choose a new password"), reset_path(delivery))


@letter(DeliveryKind.ACCOUNT_EXISTS)
def account_exists(delivery: Delivery) -> Letter:
    return Letter(_("You have an account already"), reverse("account_login"))


def verification_path(delivery: Delivery) -> str:
    """Return where the address of a delivery is verified; its key is made for the mail and kept nowhere."""
    found = EmailAddress.objects.filter(user=delivery.recipient_id, email__iexact=delivery.address).first()
    if found is None or found.verified:
        return reverse("account_login")
    return reverse("account_confirm_email", args=(EmailConfirmationHMAC(found).key,))


def reset_path(delivery: Delivery) -> str:
    """Return where the recipient of a delivery chooses a new password; its key is kept nowhere either."""
    user = delivery.recipient
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


def _owner(address: str) -> tuple[User, str] | None:
    found = EmailAddress.objects.filter(email__iexact=address).order_by("-verified", "pk")
    known = found.select_related("user").first()
    if known:
        return known.user, known.email
    user = User.objects.filter(email__iexact=address).first()
    return (user, user.email) if user else None
