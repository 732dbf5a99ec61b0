"""The user's language on every page, and a second factor where it is required."""

import pytest
from django.test import override_settings
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_pages_speak_the_users_language_whatever_the_browser_says(client, bruno):
    client.force_login(bruno)
    for language in ("es", "en"):
        type(bruno).objects.update(language=language)
        response = client.get(reverse("work_orders"), headers={"Accept-Language": "fr, en;q=0.5"})
        assert response["Content-Language"] == language
        assert f'<html lang="{language}"'.encode() in response.content


def test_before_login_the_browsers_language_counts_and_spanish_is_the_default(client):
    login = reverse("account_login")
    assert client.get(login, headers={"Accept-Language": "en"})["Content-Language"] == "en"
    assert client.get(login, headers={"Accept-Language": "fr"})["Content-Language"] == "es"


@pytest.mark.parametrize("name", ["ana", "paula", "alma"])
@override_settings(MFA_REQUIRED=True)
def test_the_laboratorys_people_enrol_a_second_factor_first(client, request, name):
    client.force_login(request.getfixturevalue(name))
    for page in ("work_orders", "admin:index"):
        response = client.get(reverse(page))
        assert (response.status_code, response["Location"]) == (302, reverse("mfa_activate_totp"))
    assert client.get(reverse("mfa_activate_totp")).status_code in (200, 302)


@override_settings(MFA_REQUIRED=True)
def test_vets_need_none_and_who_enrolled_goes_on(client, ana, bruno):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    client.force_login(bruno)
    assert client.get(reverse("work_orders")).status_code == 200
    TOTP.activate(ana, generate_totp_secret())
    client.force_login(ana)
    assert client.get(reverse("work_orders")).status_code == 200


def test_where_it_is_not_required_nobody_is_sent_away(client, ana):
    client.force_login(ana)
    assert client.get(reverse("work_orders")).status_code == 200
