"""Sign-up form."""

from typing import Any

from allauth.account.forms import SignupForm as BaseSignupForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lims.models.people import Language


class SignupForm(BaseSignupForm):
    """An address, a password and a language; its answer tells nothing of who is known."""

    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    account_already_exists: bool
    field_order = ("email", "language", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("language", get_language())
        self.fields["email"].help_text = _("A link to verify it goes there.")

    def try_save(self, request: HttpRequest) -> Any:
        """Make the account, or tell whoever has one by mail; takes as long for both."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            # The second of a double click found the address free, and then taken.
            self.account_already_exists = True
            return super().try_save(request)
