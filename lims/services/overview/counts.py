"""Counts of the front page and the header; one statement for each part."""

from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.utils import timezone

from lims.models import (
    AdditionalRequest,
    Delivery,
    Notification,
    Operation,
    OperationState,
    Protocol,
    ProtocolStatus,
    Report,
    ReportStatus,
    Role,
    User,
    Veterinarian,
)
from lims.models.protocols import AT_THE_BENCH, due
from lims.services.kit.counting import count_each
from lims.services.reports.lists import to_be_written, with_failures

EXPECTED_SHOWN = 8
LATE_SHOWN = 6
# States of a sample until its report is written.
UNTIL_READY = (ProtocolStatus.SUBMITTED, *AT_THE_BENCH)


class HeaderCounts(NamedTuple):
    """How many notifications are unread, and how many of the user's operations run."""

    unread: int
    running: int


class Bench(NamedTuple):
    """How many samples are where, and how much else waits for the laboratory."""

    submitted: int
    received: int
    processing: int
    ready: int
    overdue: int
    received_today: int
    requests: int
    deliveries: int
    to_verify: int


class DeskCounts(NamedTuple):
    """How many reports a pathologist has to write, is writing, and could not get issued."""

    to_write: int
    drafts: int
    failed: int


def header(user: User) -> HeaderCounts:
    """Return the counts that every page's header shows; one statement."""
    unread = Notification.objects.visible_to(user).unread()
    running = Operation.objects.filter(requested_by=user, state=OperationState.RUNNING)
    return HeaderCounts(*count_each(user, unread, running))


def bench(user: User) -> Bench:
    """Return what waits in the laboratory; nothing for vets. One statement."""
    protocols = Protocol.objects.visible_to(user)
    today = timezone.localdate()
    return Bench(
        *count_each(
            user,
            *(protocols.filter(status=status) for status in (*UNTIL_READY, ProtocolStatus.READY)),
            protocols.overdue(today),
            protocols.received_on(today),
            AdditionalRequest.objects.visible_to(user).open(),
            Delivery.objects.visible_to(user).needing_attention(),
            _to_verify(user),
        )
    )


def desk(user: User) -> DeskCounts:
    """Return what waits at a pathologist's desk, or for others of the laboratory at all. One statement."""
    reports = Report.objects.visible_to(user)
    if user.role == Role.PATHOLOGIST:
        reports = reports.filter(author__staff_member__user=user)
    failed = with_failures(reports).filter(status=ReportStatus.FINALIZED, has_failed=True)  # type: ignore[misc]
    drafts = reports.filter(status=ReportStatus.DRAFT)
    return DeskCounts(*count_each(user, to_be_written(user), drafts, failed))


def late(user: User) -> list[Protocol]:
    """Return what should have been ready before today, the longest overdue first, at most a few."""
    overdue = Protocol.objects.visible_to(user).overdue(timezone.localdate())
    return list(overdue.select_related("veterinarian").order_by(due().asc(), "pk")[:LATE_SHOWN])


def own_counts(user: User) -> dict[str, int]:
    """Return how many of a vet's samples are in each state, save those reported. One statement."""
    own = Protocol.objects.visible_to(user).exclude(status=ProtocolStatus.REPORTED)
    counted = own.order_by().values_list("status").annotate(count=Count("pk"))
    return dict.fromkeys(ProtocolStatus.values, 0) | dict(counted)


def own_expected(user: User) -> list[Protocol]:
    """Return a vet's samples that are not ready yet, what is expected first at the top, at most a few."""
    own = Protocol.objects.visible_to(user).filter(status__in=UNTIL_READY)
    return list(own.order_by(due().asc(nulls_last=True), "-pk")[:EXPECTED_SHOWN])


def _to_verify(user: User) -> QuerySet[Veterinarian]:
    waiting = Veterinarian.objects.filter(verified_at=None)
    return waiting if user.is_laboratory else waiting.none()
