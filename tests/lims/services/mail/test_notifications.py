"""notifications: told to each once, read by their own reader alone."""

import pytest

from lims.errors import NotVisible
from lims.models import Notification, NotificationKind
from lims.services.mail.notifications import mark_all_read, notify, open_notification, overseers
from lims.services.overview.counts import header

KIND = NotificationKind.REPORT_ISSUED
pytestmark = pytest.mark.django_db


@pytest.fixture
def notification(bruno) -> Notification:
    notify([bruno], KIND, "HP 26/001", "/reports/1/")
    return Notification.objects.get()


def test_each_user_is_told_once_also_if_named_twice(ana, bruno):
    notify([ana, bruno, ana], KIND, "HP 26/001", "/reports/1/")
    assert sorted(Notification.objects.values_list("user", flat=True)) == sorted([ana.pk, bruno.pk])


def test_a_long_subject_is_cut(bruno):
    notify([bruno], KIND, "x" * 1_000, "/reports/1/")
    assert len(Notification.objects.get().subject) == 300


def test_unread_ones_are_counted_by_one_statement(ana, bruno, notification, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert (header(bruno).unread, header(ana).unread) == (1, 0)


def test_opening_takes_it_for_read_once_and_leads_there(bruno, notification):
    assert open_notification(bruno, notification.pk) == "/reports/1/"
    notification.refresh_from_db()
    first = notification.read_at
    assert first and header(bruno).unread == 0
    assert open_notification(bruno, notification.pk) == "/reports/1/"
    notification.refresh_from_db()
    assert notification.read_at == first


def test_nobody_opens_anothers(carla, alma, notification):
    for stranger in (carla, alma):
        with pytest.raises(NotVisible):
            open_notification(stranger, notification.pk)
    notification.refresh_from_db()
    assert notification.read_at is None


def test_all_are_read_but_nobody_elses(ana, bruno, notification):
    notify([ana], KIND, "HP 26/001", "/reports/1/")
    mark_all_read(bruno)
    assert (header(bruno).unread, header(ana).unread) == (0, 1)


def test_who_sees_to_failures_is_active_and_of_the_role(ana, alma, paula, bruno):
    alma.is_active = False
    alma.save()
    assert overseers("staff", "admin") == [ana]
