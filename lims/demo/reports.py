"""The demo's reports: one for each reported protocol, to be issued, and drafts of the pathologist."""

import random
from datetime import datetime, timedelta

from lims.demo import findings
from lims.demo.bench import finding_of
from lims.demo.pace import Pace
from lims.demo.people import Cast
from lims.models import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Phrase,
    Protocol,
    Report,
    ReportCassette,
    ReportDiagnosis,
    ReportHistory,
    ReportStatus,
    Specimen,
)
from lims.models import ProtocolStatus as Status
from lims.services.reports import access, freezing, publishing

DRAFTS = 8
METHODS = {
    "histopathology": "Formol al 10 %, parafina, cortes de 4 µm, hematoxilina y eosina.",
    "cytology": "Extendidos secados al aire, May-Grünwald-Giemsa.",
}
# Of so many reports one has a critical result, and one waits for a further test.
CRITICAL_EVERY, PENDING_EVERY = 9, 7
# Deliveries that failed or are uncertain, of so many.
DELIVERIES_PER_END = 19
ENDS = {
    4: (DeliveryState.FAILED, "550 5.1.1 Recipient address rejected: User unknown"),
    11: (DeliveryState.UNCERTAIN, ""),
}
PENDING = "Inmunohistoquímica (c-Kit, Ki-67): pendiente; se informará por separado."


def create_reports(rng: random.Random, cast: Cast, pace: Pace) -> int:
    """Write the reports of all reported protocols and some drafts; return how many are to be issued."""
    Phrase.objects.bulk_create(Phrase(title=title, text=text) for title, text in findings.PHRASES)
    reported = list(Protocol.objects.filter(status=Status.REPORTED).order_by("pk"))
    for index, protocol in enumerate(reported):
        report = _write(rng, cast, pace, protocol, index)
        _finalize(cast, report, pace.of(protocol).reported_at)
    ready = Protocol.objects.filter(status=Status.READY).order_by("pk")
    for index, protocol in enumerate(ready[:DRAFTS]):
        _write(rng, cast, pace, protocol, index)
    return len(reported)


def _write(rng: random.Random, cast: Cast, pace: Pace, protocol: Protocol, index: int) -> Report:
    finding = finding_of(protocol)
    report = Report.objects.create(
        protocol=protocol,
        author=cast.pathologist,
        macroscopic=finding.macroscopic,
        microscopic=finding.microscopic,
        comments=finding.comments,
        recommendations=finding.recommendations,
        methods=METHODS[protocol.kind],
        critical_result=findings.CRITICAL if index % CRITICAL_EVERY == 2 else "",
        pending_tests=PENDING if index % PENDING_EVERY == 3 else "",
    )
    _add_diagnoses(report)
    _add_cassettes(rng, report)
    begun_at = pace.of(protocol).written_at
    Report.objects.filter(pk=report.pk).update(created_at=begun_at)
    _note(report, ReportHistory.Action.BEGUN, cast, begun_at)
    return report


def _add_diagnoses(report: Report) -> None:
    finding = finding_of(report.protocol)
    specimens: list[Specimen | None] = [*report.protocol.specimens.all()] or [None]
    ReportDiagnosis.objects.bulk_create(
        ReportDiagnosis(
            report=report,
            position=position,
            specimen=specimen,
            heading=str(specimen) if specimen else finding.site,
            diagnosis=finding.diagnosis,
            synoptic=[{"element": element, "answer": answer} for element, answer in finding.synoptic],
        )
        for position, specimen in enumerate(specimens)
    )


def _add_cassettes(rng: random.Random, report: Report) -> None:
    ReportCassette.objects.bulk_create(
        ReportCassette(
            report=report,
            position=position,
            cassette=cassette,
            observation=rng.choice(("Representativo de la lesión.", "Incluye el margen profundo.", "")),
        )
        for position, cassette in enumerate(report.protocol.cassettes.all())
    )


def _finalize(cast: Cast, report: Report, at: datetime) -> None:
    """Freeze a report as of a moment that is past; the service itself knows only the present."""
    access.transition(report, ReportStatus.FINALIZED)
    freezing.freeze(report, at, freezing.rows_to_freeze(report))
    _note(report, ReportHistory.Action.FINALIZED, cast, at)
    _deliver(cast, report, at + timedelta(minutes=2))
    publishing.request(report, cast.pathologist.staff_member.user)


def _deliver(cast: Cast, report: Report, at: datetime) -> None:
    """Write down that the report was sent long ago, so that issuing it today sends nothing."""
    veterinarian = report.protocol.veterinarian
    state, answer = ENDS.get(report.pk % DELIVERIES_PER_END, (DeliveryState.SENT, "250 2.0.0 Ok: queued"))
    delivery = Delivery.objects.create(
        kind=DeliveryKind.REPORT_ISSUED,
        report=report,
        recipient=veterinarian.user,
        address=veterinarian.email,
        language=veterinarian.user.language,
        state=state,
        sending_at=None if state == DeliveryState.FAILED else at,
        sent_at=at if state == DeliveryState.SENT else None,
        response=answer,
        message_id=f"<demo-report-{report.pk}@lamina.demo.test>",
        requested_by=cast.pathologist.staff_member.user,
    )
    Delivery.objects.filter(pk=delivery.pk).update(created_at=at)


def _note(report: Report, action: ReportHistory.Action, cast: Cast, at: datetime) -> None:
    by = cast.pathologist.staff_member.user
    row = ReportHistory.objects.create(report=report, action=action, by=by)
    ReportHistory.objects.filter(pk=row.pk).update(at=at)
