"""Liveness and readiness."""

import threading

import dramatiq
import pytest
from django.db import connection
from django.test import override_settings

from lims.views.kit import health
from tests.proxy import closed_port


def test_healthz_answers_without_the_database(client, django_db_blocker):
    with django_db_blocker.block():
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db(transaction=True)
def test_readyz_has_a_line_for_each_dependency(client, buckets):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.content.decode().splitlines() == ["postgresql: ok", "s3: ok", "rabbitmq: ok"]


@pytest.mark.django_db(transaction=True)
def test_readyz_says_that_the_store_is_away(client, store_away):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "s3: down (StoreError)" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_readyz_says_that_a_bucket_is_missing(client, buckets):
    with override_settings(S3_CACHE_BUCKET="no-such-bucket"):
        assert client.get("/readyz").status_code == 503


@pytest.mark.django_db(transaction=True)
def test_readyz_says_that_the_broker_is_away(client, buckets, monkeypatch):
    import pika

    nobody = pika.ConnectionParameters("127.0.0.1", closed_port(), connection_attempts=1)
    monkeypatch.setattr(dramatiq.get_broker(), "parameters", nobody)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "rabbitmq: down (BrokerAway)" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_readyz_does_without_a_broker_where_none_is_configured(client, buckets):
    with override_settings(RABBITMQ_URL=""):
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert "rabbitmq: not used" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_readyz_does_not_wait_for_a_check_that_hangs(client, buckets, monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.2)
    monkeypatch.setitem(health.CHECKS, "s3", lambda: release.wait(30) and "ok")
    try:
        answer = client.get("/readyz")
    finally:
        release.set()
    assert answer.status_code == 503
    assert "s3: down (no answer within 0.2 s)" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_readyz_says_that_the_database_is_away(client, buckets, monkeypatch):
    def away() -> str:
        raise connection.Database.OperationalError("away")

    monkeypatch.setitem(health.CHECKS, "postgresql", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "postgresql: down (OperationalError)" in answer.content.decode()
