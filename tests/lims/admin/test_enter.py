"""Who gets into the admin, by which way, and what is in it."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import get_resolver, reverse
from django_dramatiq.models import Task

from lims.models import (
    AdditionalRequest,
    AgedHistory,
    DocumentAccess,
    Holiday,
    LabelSheet,
    Laboratory,
    ReceptionBatch,
)
from lims.services.reports.amending import withdraw_report
from lims.services.reports.phrases import add_phrase
from tests import factories

pytestmark = pytest.mark.django_db

MODELS = sorted(
    (model for model in django_admin.site._registry if model._meta.app_label in ("lims", "actors")),
    key=lambda model: model.__name__,
)


def url(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def one_of_each(alma, ana, bruno, paula):
    factories.laboratory()
    factories.PriceFactory()
    add_phrase(alma, "Autólisis", "Limita la evaluación.")
    issued = factories.archived_report(paula.staff_member.pathologist)
    withdraw_report(paula, issued.pk, "Muestra cambiada")
    order = factories.issued_order(ana, bruno.veterinarian)
    received = factories.ProtocolFactory(number="HP 25/900")
    AdditionalRequest.objects.create(protocol=received, kind="other", detail="Fotos", requested_by=paula)
    Holiday.objects.create(on="2026-12-25", name="Navidad")
    LabelSheet.objects.create(protocol_ids=[received.pk], made_by=ana)
    ReceptionBatch.objects.create(opened_by=ana)
    DocumentAccess.objects.create(kind="work-order", document_pk=order.pk, user=bruno, outcome="hit")
    AgedHistory.objects.create(kind="protocol", month="2024-05-01", removed=3, reduced=1, kept_months=24)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_answers_an_administrator(admin, alma, one_of_each, buckets, model, language):
    alma.language = language
    alma.save()
    found = admin.get(url(model, "changelist"))
    if model is not Laboratory:
        assert found.status_code == 200
        assert found.context["cl"].result_count > 0
    assert admin.get(url(model, "change", model._default_manager.first().pk)).status_code == 200
    can_add = django_admin.site._registry[model].has_add_permission(found.wsgi_request)
    assert admin.get(url(model, "add")).status_code == (200 if can_add else 403)


def addresses() -> list[str]:
    """Every address of the admin, with a name or without, about the first of its things."""
    prefix, resolver = get_resolver().namespace_dict["admin"]
    routes = [way for key in resolver.reverse_dict for way in resolver.reverse_dict.getlist(key)]
    return sorted({f"/{prefix}{filled(*way)}" for ways, *_ in routes for way in ways})


def filled(route: str, names: list[str]) -> str:
    app, model, *_ = [*route.split("/"), ""]
    about = apps.all_models.get(app, {}).get(model)
    pk = about._default_manager.values_list("pk", flat=True).first() if about and names else 1
    return route % (dict.fromkeys(names, pk) | {"app_label": "lims"})


def rows() -> dict:
    return {model: sorted(model._default_manager.values_list(), key=str) for model in (*MODELS, LogEntry)}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["ana", "paula", "bruno"])
def test_others_are_turned_away_from_every_address_and_change_nothing(
    client, request, one_of_each, who, method
):
    client.force_login(request.getfixturevalue(who))
    before, walked = rows(), addresses()
    typed = {"post": "yes", "action": "delete_selected", "_selected_action": "1", "email": "x@lab.test"}
    let_in = [page for page in walked if getattr(client, method)(page, typed, follow=True).status_code != 403]
    assert let_in == []
    assert len(walked) > 5 * len(MODELS)
    assert rows() == before


@pytest.mark.parametrize("page", ["index", "login", "documents", "lims_user_changelist"])
def test_one_gets_in_through_the_sites_login_only(client, page):
    response = client.get(reverse(f"admin:{page}"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    posted = client.post(
        reverse("admin:login"), {"username": "alma@lab.test", "password": factories.PASSWORD}
    )
    assert posted.url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "model", [Task, Group, EmailAddress, Authenticator], ids=lambda model: model.__name__
)
def test_foreign_tables_are_not_in_it(model):
    assert not django_admin.site.is_registered(model)


def test_sidebar_leads_to_every_list(admin):
    page = admin.get(reverse("admin:index")).content.decode()
    for model in MODELS:
        assert f'href="{url(model, "changelist")}"' in page


def test_policy_is_laxer_on_the_admins_pages_alone(admin, one_of_each):
    inside = admin.get(reverse("admin:lims_workorder_changelist"))["Content-Security-Policy"]
    outside = admin.get(reverse("work_orders"))["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in inside
    assert "style-src-attr 'unsafe-inline'" in inside
    assert inside.count("unsafe-") == 2
    assert "unsafe-" not in outside


def test_no_page_writes_a_style_or_script_into_itself(admin, one_of_each, buckets):
    import re

    for model in MODELS:
        page = admin.get(url(model, "change", model._default_manager.first().pk)).content.decode()
        assert "<style" not in page
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page) if "json" not in tag)
