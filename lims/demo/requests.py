"""What the demo's pathologist wants of some samples beside what is usual, and the labels last printed."""

from datetime import datetime, timedelta

from lims.demo.bench import JUDGED, steps_done
from lims.demo.pace import Pace
from lims.demo.people import Cast
from lims.demo.steps import StatusChange, write_steps
from lims.models import AdditionalRequest, LabelSheet, Protocol, RequestKind
from lims.models import ProtocolStatus as Status

OPEN, DONE, LABELS = 4, 3, 12
STAIN, DETAIL = "PAS", "Hongos en la capa córnea: confirmar o descartar."
MORE = "Profundizar el bloque; el borde quirúrgico no entra en el corte."


def create_requests(cast: Cast, pace: Pace) -> None:
    """Write open requests on what went back to the bench, done ones on what is ready again, and labels."""
    tissue = Protocol.objects.filter(kind="histopathology", cassettes__isnull=False).order_by("pk").distinct()
    at_the_bench = [one for one in tissue.filter(status=Status.PROCESSING) if steps_done(one) == JUDGED]
    for position, protocol in enumerate(at_the_bench[:OPEN]):
        _send_back(cast, pace, protocol)
        _ask(cast, protocol, position, pace.of(protocol).ready_at)
    # The first of them have drafts of reports already, which nobody sends back.
    for position, protocol in enumerate(tissue.filter(status=Status.READY).reverse()[:DONE]):
        asked_at = pace.of(protocol).between(0.95)
        _ask(cast, protocol, position, asked_at, done_at=pace.of(protocol).ready_at)
    _label(cast)


def _send_back(cast: Cast, pace: Pace, protocol: Protocol) -> None:
    at = pace.of(protocol).ready_at
    pathologist = cast.pathologist.staff_member.user_id
    write_steps(
        [
            StatusChange(
                protocol.pk, Status.PROCESSING, Status.READY, at - timedelta(hours=1), cast.staff.pk
            ),
            StatusChange(protocol.pk, Status.READY, Status.PROCESSING, at, pathologist, "Pedido adicional"),
        ]
    )


def _ask(
    cast: Cast, protocol: Protocol, position: int, at: datetime, done_at: datetime | None = None
) -> None:
    is_stain = position % 2 == 0
    request = AdditionalRequest.objects.create(
        protocol=protocol,
        kind=RequestKind.STAIN if is_stain else RequestKind.MORE_CUTS,
        cassette=protocol.cassettes.first(),
        stain=STAIN if is_stain else "",
        detail=DETAIL if is_stain else MORE,
        requested_by=cast.pathologist.staff_member.user,
        done_at=done_at,
        done_by=cast.staff if done_at else None,
    )
    AdditionalRequest.objects.filter(pk=request.pk).update(requested_at=at)


def _label(cast: Cast) -> None:
    received = Protocol.objects.filter(status=Status.RECEIVED).order_by("pk")
    pks = list(received.values_list("pk", flat=True)[:LABELS])
    if pks:
        LabelSheet.objects.create(protocol_ids=pks, made_by=cast.staff)
