"""Letters register by kind of delivery, bulk actions by name: each kind has one, and none has two."""

import pytest

from lims.models import Delivery, DeliveryKind
from lims.services.mail import contents
from lims.services.operations import registry


@pytest.mark.parametrize("kind", DeliveryKind)
def test_every_kind_has_a_letter(kind):
    assert contents.of(Delivery(kind=kind)).write


def test_a_second_letter_of_a_kind_is_refused():
    with pytest.raises(ValueError, match="report_issued"):
        contents.letter(DeliveryKind.REPORT_ISSUED)(lambda delivery: contents.Letter("", ""))


def test_a_second_action_of_a_name_is_refused():
    with pytest.raises(ValueError, match="receive-protocols"):
        registry.register(type(registry.get("receive-protocols")))
