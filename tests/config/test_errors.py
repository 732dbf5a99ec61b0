"""What nobody else answers: 503 while the database is away, 500 otherwise, in HTML and in JSON."""

import json

import pytest
from django.db import InterfaceError, OperationalError
from django.test import RequestFactory

from config import errors


def answer(error: Exception, accept: str = "text/html"):
    try:
        raise error
    except Exception:
        return errors.server_error(RequestFactory().get("/", headers={"Accept": accept}))


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_database_away_is_a_plain_503_that_says_when_to_come_back(error):
    response = answer(error)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert response["Cache-Control"] == "no-store"
    assert b"<html" in response.content


def test_anything_else_is_a_500_without_its_details():
    response = answer(ValueError("secret detail"))
    assert response.status_code == 500
    assert b"secret detail" not in response.content


def test_json_is_answered_in_json():
    response = answer(OperationalError("gone"), "application/json")
    assert (response.status_code, response["Content-Type"]) == (503, "application/json")
    assert set(json.loads(response.content)) == {"error", "fields"}


@pytest.mark.parametrize(
    ("accept", "content_type"), [("application/json", "application/json"), ("text/html", "text/html")]
)
@pytest.mark.django_db
def test_an_address_that_is_nobodys_is_404_in_the_asked_form(client, accept, content_type):
    response = client.get("/no/such/page/", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (404, content_type)
