"""What an order's snapshot says of its reader: the paper, and so its key, is in the vet's language."""

import pytest
from django.utils import translation

from lims.documents.work_orders import work_order
from lims.models import User
from pdfcache import keys, registry
from tests.factories import issued_order


def key(pk: int) -> str:
    version = registry.get(work_order.KIND).template_version
    return keys.digest(work_order.KIND, version, pk, work_order.snapshot(pk))


@pytest.mark.parametrize("asked_in", ["es", "en"])
def test_it_takes_the_vets_language_and_never_the_requests(ana, bruno, asked_in):
    order = issued_order(ana, bruno.veterinarian)
    found = {}
    with translation.override(asked_in):
        for language in ("es", "en"):
            User.objects.filter(pk=bruno.pk).update(language=language)
            assert work_order.snapshot(order.pk)["language"] == language
            found[language] = key(order.pk)
    assert found["es"] != found["en"]


def test_the_language_of_who_issued_it_is_in_no_key(ana, bruno):
    order = issued_order(ana, bruno.veterinarian)
    before = key(order.pk)
    User.objects.filter(pk=ana.pk).update(language="en")
    assert key(order.pk) == before
