"""Browsers of the cast, without a server between."""

import pytest
from django.test import Client


@pytest.fixture
def browser():
    """Return a function that gives a user's logged-in client."""

    def log_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in
