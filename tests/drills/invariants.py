"""What holds of finalized reports after every drill, once all jobs have ended."""

from collections import Counter

from actors.models import Job
from lims.models import Delivery, DeliveryState, ProtocolHistory, Report, ReportHistory
from lims.services.reports import archive
from tests.smtp import Sink

ENDED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN)


def check_reports(reports: list[Report], mailbox: Sink) -> list[Delivery]:
    """Fail unless every report was issued once, is in the archive, and its mail's state is true."""
    failed = Job.objects.filter(state="failed").values_list("actor", "ref", "error_code")
    assert list(failed) == []
    pks = [report.pk for report in reports]
    assert set(Report.objects.filter(pk__in=pks).values_list("status", flat=True)) <= {"issued"}
    assert [verdict.problem for verdict in archive.verify()] == [""] * len(reports)
    _check_histories(pks)
    return _check_mail(pks, mailbox)


def _check_histories(pks: list[int]) -> None:
    entries = ReportHistory.objects.filter(report__in=pks).values_list("report", "action")
    expected = [(pk, action) for pk in pks for action in ("finalized", "issued")]
    assert Counter(entries) == Counter(expected)
    moved = ProtocolHistory.objects.values_list("before", "after")
    assert Counter(moved) == Counter({("ready", "reported"): len(pks)})


def _check_mail(pks: list[int], mailbox: Sink) -> list[Delivery]:
    deliveries = list(Delivery.objects.filter(report__in=pks).order_by("pk"))
    assert Counter(delivery.report_id for delivery in deliveries) == Counter(pks)
    assert {delivery.state for delivery in deliveries} <= set(ENDED)
    arrived = Counter(taken.message_id for taken in mailbox.taken)
    assert set(arrived.values()) <= {1}
    for delivery in deliveries:
        if delivery.state != DeliveryState.UNCERTAIN:
            assert (delivery.message_id in arrived) == (delivery.state == DeliveryState.SENT)
    return deliveries
