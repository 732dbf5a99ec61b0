"""Adapter of django-allauth: vets sign up, the laboratory makes the other accounts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from lims.models import DeliveryKind, User
from lims.services.people import account_mail, profiles

ADDRESS_MAX = 254
# Set in the session of a vet of whom the laboratory knows nothing yet.
PROFILE_MISSING = "profile_missing"

# Names of django-allauth's mails; it has others, which nothing here makes it send.
MAILS = {
    "account/email/email_confirmation": DeliveryKind.ADDRESS_VERIFICATION,
    "account/email/email_confirmation_signup": DeliveryKind.ADDRESS_VERIFICATION,
    "account/email/password_reset_key": DeliveryKind.PASSWORD_RESET,
    "account/email/account_already_exists": DeliveryKind.ACCOUNT_EXISTS,
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts that sign up are vets; no form can say otherwise."""

    def clean_email(self, email: str) -> str:
        # A longer one would be cut off silently, and be another address.
        if len(email) > ADDRESS_MAX:
            raise ValidationError(_("At most %(most)s characters.") % {"most": ADDRESS_MAX})
        return super().clean_email(email)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.language = form.cleaned_data["language"]
        return super().save_user(request, user, form, commit)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        if profiles.is_missing(user):
            request.session[PROFILE_MISSING] = True

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        account_mail.notify_owner(MAILS.get(template_prefix), email)
