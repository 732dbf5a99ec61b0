"""Signing up, verifying the address, a forgotten password: whoever is known, the answer is the same."""

import re
import threading
from contextlib import contextmanager

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import connection
from django.test import Client

from actors.models import Job
from lims.forms.people.accounts import SignupForm
from lims.models import Delivery, User
from tests import factories
from tests.running import run_jobs

NEW = "nueva@lab.test"
PASSWORD = "un-perro-con-sombrero"
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def unlimited(db):
    """Nobody has asked for anything yet."""
    cache.clear()


def sign_up(client, email: str = NEW, **fields):
    typed = {"email": email, "language": "es", "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/accounts/signup/", typed | fields)


def mailed(sink):
    """Send what waits to be sent, and return the last message's subject and link."""
    run_jobs("send_delivery")
    message = sink.taken[-1].message
    text = message.get_body(("plain",)).get_content()
    assert message.get_body(("html",)) is not None
    return message["Subject"], re.search(r"https?://[^/]+(/\S+)", text)[1]


def test_page_is_open_and_speaks_the_readers_language(client):
    assert "Registrarse como veterinario" in client.get("/accounts/signup/").content.decode()
    english = client.get("/accounts/signup/", headers={"Accept-Language": "en"}).content.decode()
    assert "Sign up as a veterinarian" in english and '<option value="en" selected>' in english


def test_from_signing_up_to_the_profile(client, sink):
    answer = sign_up(client)
    assert answer["Location"] == "/accounts/confirm-email/"
    user = User.objects.get(email=NEW)
    assert (user.role, user.language, user.is_active) == ("veterinarian", "es", True)
    # Nothing was sent in the request.
    assert sink.taken == []
    subject, path = mailed(sink)
    assert subject == "Verificar la dirección de correo"
    assert NEW in client.get(path).content.decode()
    client.post(path)
    assert EmailAddress.objects.get(user=user).verified
    assert client.get("/whoami/").json()["email"] == NEW
    for page in ("/", "/protocols/", "/notifications/"):
        assert client.get(page)["Location"] == "/profile/"
    assert client.get("/profile/").status_code == 200


def test_whoever_has_said_who_they_are_goes_where_they_like(client, sink, bruno):
    client.post("/accounts/login/", {"login": bruno.email, "password": factories.PASSWORD})
    assert client.get("/protocols/").status_code == 200


def test_mail_is_in_the_language_that_was_chosen(client, sink):
    sign_up(client, language="en")
    assert User.objects.get(email=NEW).language == "en"
    assert mailed(sink)[0] == "Verify your e-mail address"


def test_link_works_once_and_a_made_up_one_never(client, sink):
    sign_up(client)
    path = mailed(sink)[1]
    Client().post(path)
    for dead in (path, "/accounts/confirm-email/made:up/"):
        assert "ya no sirve" in Client().get(dead).content.decode()


def test_nobody_logs_in_before_the_address_is_verified(client):
    sign_up(client)
    other = Client()
    other.post("/accounts/login/", {"login": NEW, "password": PASSWORD})
    assert other.get("/whoami/", **JSON).status_code == 401


def test_logging_in_sends_the_link_of_an_address_that_the_laboratory_wrote(client, sink):
    user = factories.UserFactory(email="eva@lab.test", verified=False)
    client.post("/accounts/login/", {"login": user.email, "password": factories.PASSWORD})
    path = mailed(sink)[1]
    client.post(path)
    assert EmailAddress.objects.get(user=user).verified


def test_no_form_gives_another_role(client):
    sign_up(client, role="admin", is_staff="1", is_superuser="1")
    assert User.objects.get(email=NEW).role == "veterinarian"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": f"{'x' * 300}@lab.test"}, "email"),
        ({"language": "xx"}, "language"),
        ({"password1": "12345", "password2": "12345"}, "password1"),
        ({"password2": "otra"}, "password2"),
    ],
)
def test_mistake_stands_beside_its_field_and_the_address_stays(client, fields, wrong):
    answer = sign_up(client, **fields)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [wrong]
    assert (fields.get("email", NEW)) in answer.content.decode()
    assert not User.objects.exists()


def test_known_address_gets_the_same_answer_and_a_mail_of_its_own(client, sink, bruno):
    known, new = sign_up(Client(), bruno.email), sign_up(Client())
    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
    page = Client().get(known["Location"]).content
    assert page == Client().get(new["Location"]).content
    assert Delivery.objects.get(recipient=bruno).kind == "account_exists"
    assert User.objects.count() == 2
    bruno.refresh_from_db()
    assert bruno.check_password(factories.PASSWORD)


def test_known_address_costs_a_password_hash_too(client, bruno, monkeypatch):
    hashed = []
    monkeypatch.setattr("lims.forms.people.accounts.make_password", hashed.append)
    sign_up(client, bruno.email)
    assert hashed == [PASSWORD]


@pytest.mark.django_db(transaction=True)
def test_double_click_makes_one_account(monkeypatch):
    together = threading.Barrier(2)
    answers = []
    clean = SignupForm.clean

    def clean_together(form):
        together.wait()
        return clean(form)

    monkeypatch.setattr(SignupForm, "clean", clean_together)

    def click():
        answers.append(sign_up(Client()).status_code)
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302, 302]
    assert User.objects.count() == 1


def test_forgotten_password_is_chosen_anew(client, sink, bruno):
    assert client.post("/accounts/password/reset/", {"email": bruno.email}).status_code == 302
    subject, path = mailed(sink)
    assert subject == "Elegir una contraseña nueva"
    page = client.get(path, follow=True)
    done = client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD}, follow=True)
    assert "La contraseña quedó cambiada" in done.content.decode()
    bruno.refresh_from_db()
    assert bruno.check_password(PASSWORD)
    assert "ya no sirve" in Client().get(path, follow=True).content.decode()


def test_unknown_address_gets_the_same_answer_and_as_much_work(client, sink, bruno):
    answers, jobs = [], []
    for email in (bruno.email, "nadie@lab.test"):
        Job.objects.all().delete()
        answers.append(client.post("/accounts/password/reset/", {"email": email})["Location"])
        jobs.append(Job.objects.values_list("actor", flat=True).get())
    assert answers[0] == answers[1] and jobs == ["send_delivery"] * 2
    assert Delivery.objects.count() == 1
    run_jobs("send_delivery")
    assert sink.taken == [] and not Job.objects.exclude(state="done").exists()


def test_switched_off_account_gets_no_link(client, bruno):
    User.objects.filter(pk=bruno.pk).update(is_active=False)
    client.post("/accounts/password/reset/", {"email": bruno.email})
    assert not Delivery.objects.exists()


def test_key_is_kept_nowhere(client, sink):
    sign_up(client)
    _subject, path = mailed(sink)
    key = path.split("/")[-2]
    with rows() as all_rows:
        assert not any(key in row for row in all_rows)


def test_key_to_an_account_goes_to_no_other_address(client, ana, browser, bruno):
    client.post("/accounts/password/reset/", {"email": bruno.email})
    delivery = Delivery.objects.get()
    Delivery.objects.update(state="failed")
    answer = browser(ana).post(f"/deliveries/{delivery.pk}/resend/", {"address": ana.email}, **JSON)
    assert answer.status_code == 409
    assert Delivery.objects.count() == 1
    assert "/resend/" not in browser(ana).get("/deliveries/").content.decode()


@contextmanager
def rows():
    """Everything that is written down about jobs and deliveries."""
    yield [str(row) for model in (Job, Delivery) for row in model.objects.values()]
