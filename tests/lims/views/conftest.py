"""Browsers of the cast, without a server between."""

import pytest
from django.test import Client, override_settings

import pdfcache.cache
from actors.models import Job
from tests import factories
from tests.proxy import closed_port


@pytest.fixture
def browser():
    """Return a function that gives a user's logged-in client."""

    def log_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def cold_order(buckets, ana, bruno):
    """An issued order of Bruno's of which nothing is cached or in work."""
    order = factories.issued_order(ana, bruno.veterinarian)
    Job.objects.all().delete()
    pdfcache.cache.invalidate("work-order", order.pk)
    return order


@pytest.fixture
def store_away():
    """The object store refuses every connection."""
    with override_settings(S3_ENDPOINT_URL=f"http://127.0.0.1:{closed_port()}"):
        yield
