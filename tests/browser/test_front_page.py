"""The front page and the statistics: charts drawn from their tables, a menu that is open."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lims.models import Veterinarian
from tests import factories
from tests.browser.holding import LONG, check

pytestmark = pytest.mark.django_db(transaction=True)


def test_front_page_and_statistics(site_without_workers, paula, alma, bruno, log_in):
    """With everything to tell, long names and a menu that is open; and the charts drawn from their tables."""
    vet = bruno.veterinarian
    late = timezone.localdate() - timedelta(days=9)
    factories.ProtocolFactory(
        veterinarian=vet, status="processing", animal=LONG[:200], expected_ready_on=late
    )
    Veterinarian.objects.filter(pk=vet.pk).update(first_names=LONG[:100], clinic=LONG[:200])
    page = log_in(site_without_workers, alma, "")
    check(page, "/")
    check(page, "/statistics/?months=6")
    assert page.locator(".chart canvas").count() == 4
    page.get_by_role("button", name="Más").click()
    check(page)
