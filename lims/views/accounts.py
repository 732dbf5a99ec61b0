"""How accounts come to be, as django-allauth asks it."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """The laboratory makes its accounts; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
