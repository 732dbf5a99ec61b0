"""Accounts, as administrators make and change them."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from lims.errors import Incomplete
from lims.models import User
from lims.services.kit.permissions import require_admin

ACCOUNT_FIELDS = ("email", "role", "language", "is_active")


@transaction.atomic
def create_account(by: User, *, password: str | None = None, **values: Any) -> User:
    """Write a new account and return it; its address has to be verified at the first login.

    Not idempotent. Raises NotAllowed, and Incomplete for an address that is taken.
    """
    require_admin(by)
    _check_address(values["email"], None)
    user = User.objects.create_user(password=password, **_only(values))
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    return user


@transaction.atomic
def change_account(by: User, pk: int, **values: Any) -> User:
    """Change an account and return it; a new address has to be verified anew. Idempotent.

    Raises NotAllowed, and Incomplete for an address that is taken, and for administrators who would shut
    themselves out.
    """
    require_admin(by)
    user = User.objects.select_for_update().get(pk=pk)
    before = user.email
    for name, value in _only(values).items():
        setattr(user, name, value)
    user.email = user.email.strip().lower()
    if user.pk == by.pk and not (user.is_active and user.is_superuser):
        message = _("You cannot shut yourself out: another administrator must do this.")
        raise Incomplete(message, {"role" if user.is_active else "is_active": message})
    _check_address(user.email, user)
    user.save()
    if user.email != before:
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    return user


@transaction.atomic
def verify_addresses(by: User, pks: list[int]) -> int:
    """Take these accounts' addresses for verified, as if their links were followed; return how many."""
    require_admin(by)
    changed = 0
    for user in User.objects.filter(pk__in=pks):
        address, created = EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"primary": True, "verified": True}
        )
        changed += created or not address.verified
        EmailAddress.objects.filter(pk=address.pk).update(verified=True, primary=True)
    return changed


@transaction.atomic
def remove_second_factors(by: User, pks: list[int]) -> int:
    """Forget the second factors of these accounts, for who lost their phone; return of how many accounts."""
    require_admin(by)
    factors = Authenticator.objects.filter(user__in=pks)
    users = factors.values("user").distinct().count()
    factors.delete()
    return users


def _only(values: dict) -> dict:
    if unknown := set(values) - set(ACCOUNT_FIELDS):
        raise TypeError(f"not account data: {', '.join(sorted(unknown))}")
    return values


def _check_address(email: str, user: User | None) -> None:
    others = User.objects.filter(email__iexact=email.strip())
    if (others.exclude(pk=user.pk) if user else others).exists():
        raise Incomplete(_("The address is taken."), {"email": _("Another account has this address.")})
