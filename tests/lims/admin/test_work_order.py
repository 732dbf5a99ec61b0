"""The admin shows a work order and changes nothing of it; the portal does that."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from actors.models import Job
from lims.models import WorkOrder
from lims.services.work_orders.work_orders import Line, create_work_order, issue_work_order
from tests import factories

pytestmark = pytest.mark.django_db
BUTTONS = ("pdf_warm", "pdf_invalidate")


@pytest.fixture
def draft(ana, bruno) -> WorkOrder:
    return factories.draft_order(ana, bruno.veterinarian)


def url(order: WorkOrder, page: str) -> str:
    return reverse(f"admin:lims_workorder_{page}", args=(order.pk,))


def test_an_order_is_shown_with_its_lines_and_leads_to_the_portal(admin, draft):
    page = admin.get(url(draft, "change")).content.decode()
    assert draft.lines.get().protocol.code in page
    assert f'href="/work-orders/{draft.pk}/"' in page
    assert 'name="billing_name"' not in page and 'name="_save"' not in page


def test_a_post_changes_nothing(admin, draft):
    answer = admin.post(url(draft, "change"), {"billing_name": "Otra", "observations": "x"})
    assert answer.status_code == 403
    draft.refresh_from_db()
    assert (draft.billing_name, draft.observations) != ("Otra", "x")
    assert admin.post(reverse("admin:lims_workorder_add"), {}).status_code == 403


def test_nobody_deletes_an_order(admin, draft):
    assert admin.post(url(draft, "delete"), {"post": "yes"}).status_code == 403
    assert WorkOrder.objects.exists()


@pytest.mark.parametrize("page", BUTTONS)
def test_buttons_take_posts_with_a_token_alone(admin, alma, draft, page):
    assert admin.get(url(draft, page)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alma)
    assert strict.post(url(draft, page)).status_code == 403
    assert not Job.objects.exists()


@pytest.mark.parametrize("page", BUTTONS)
@pytest.mark.parametrize("who", ["ana", "bruno"])
def test_buttons_are_for_administrators(client, request, draft, who, page):
    client.force_login(request.getfixturevalue(who))
    client.post(url(draft, page))
    assert not Job.objects.exists()


def test_hostile_texts_are_shown_as_typed(admin, ana, bruno):
    protocol = factories.ProtocolFactory(veterinarian=bruno.veterinarian, animal="<script>alert(1)</script>")
    line = Line(protocol.pk, "HP", "<5/10 HPF> R&D", unit_price=Decimal(1))
    order = create_work_order(ana, bruno.veterinarian, [line], billing_name="<b>")
    issue_work_order(ana, order.pk)
    page = admin.get(url(order, "change")).content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert(1)" not in page
    assert "&lt;5/10 HPF&gt; R&amp;D" in page
