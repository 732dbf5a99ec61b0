"""Whoami, the doors to accounts, and the pages for what went wrong."""

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from config.errors import server_error

JSON = {"HTTP_ACCEPT": "application/json"}


def test_whoami_is_two_statements_and_two_words(bruno, browser, django_assert_num_queries):
    client = browser(bruno)
    with django_assert_num_queries(2):
        answer = client.get("/whoami/")
    assert answer.json() == {"email": "bruno@lab.test", "role": "veterinarian"}


def test_whoami_is_for_users(client, db):
    assert client.get("/whoami/", **JSON).status_code == 401
    assert client.get("/whoami/").status_code == 302


def test_laboratory_costs_nothing_where_it_is_not_shown(bruno, browser, django_assert_num_queries):
    client = browser(bruno)
    # Session, user, and in the header the count of notifications.
    with django_assert_num_queries(3):
        assert client.get("/no-such-page/").status_code == 404


@pytest.mark.parametrize(("error", "status"), [(OperationalError("away"), 503), (ValueError("x"), 500)])
def test_failure_pages_need_neither_database_nor_manifest(error, status, settings, django_db_blocker):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    request = RequestFactory().get("/work-orders/")
    with django_db_blocker.block():
        try:
            raise error
        except Exception:
            answer = server_error(request)
    assert answer.status_code == status
    assert b"lamina/plain.css" in answer.content


def test_too_many_logins_get_our_429_page(client, db):
    for _ in range(12):
        answer = client.post("/accounts/login/", {"login": "bruno@lab.test", "password": "wrong"})
    assert answer.status_code in (200, 429)
    assert "Demasiados" in answer.content.decode()
