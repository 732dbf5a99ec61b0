"""tell_owner: mail about an account goes to the address that is kept with it, and to no other."""

import pytest

from lims.models import Delivery, DeliveryKind
from lims.services.people.account_mail import notify_owner
from tests import factories

pytestmark = pytest.mark.django_db


def test_mail_goes_to_the_address_as_it_is_kept(bruno):
    notify_owner(DeliveryKind.PASSWORD_RESET, bruno.email.upper())
    assert Delivery.objects.get().address == bruno.email


@pytest.mark.parametrize("lookalike", ["mıke@lab.test", "mike@ｌab.test", "miKe@lab.test"])
def test_an_address_that_only_looks_like_it_gets_nothing(lookalike):
    factories.UserFactory(email="mike@lab.test")
    notify_owner(DeliveryKind.PASSWORD_RESET, lookalike)
    assert not Delivery.objects.exclude(address="mike@lab.test").exists()


def test_nobody_is_told_of_an_address_that_nobody_has(db):
    notify_owner(DeliveryKind.PASSWORD_RESET, "nobody@lab.test")
    assert not Delivery.objects.exists()
