"""Batches that build themselves while somebody scans, and are then received all at once."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from lims.errors import Incomplete, InvalidTransition, NotVisible
from lims.models import (
    Operation,
    Protocol,
    ProtocolStatus,
    ReceptionBatch,
    ScannedSample,
    User,
)
from lims.services.kit import codes
from lims.services.kit.permissions import require_laboratory
from lims.services.operations import operations
from lims.services.operations.operations import Selection
from lims.services.protocols import transitions
from lims.services.reception import receiving

ACTION = "receive-protocols"
# One sheet of labels holds so many.
SAMPLES_MAX = 1_000


class Outcome(StrEnum):
    """What became of a scan; whoever scans hears whether it is the first of these."""

    ADDED = "added"
    # In this batch already: no second time.
    AGAIN = "again"
    # In what a colleague is scanning at the moment.
    ELSEWHERE = "elsewhere"
    WRONG_STATE = "wrong_state"
    # It could be a code of ours, and is none.
    UNKNOWN = "unknown"
    # Something else that has a code.
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Scan:
    """A code that was read, and what became of it, in a sentence."""

    outcome: Outcome
    sentence: str
    protocol: Protocol | None = None


def open_batch(by: User) -> ReceptionBatch | None:
    """Return the batch that the user is scanning into, if there is one."""
    return ReceptionBatch.objects.filter(opened_by=by, closed_at=None).first()


def last_received(by: User) -> ReceptionBatch | None:
    """Return the user's last batch that was received, whose labels may be wanted, if there is one."""
    received = ReceptionBatch.objects.filter(opened_by=by, operation__isnull=False)
    return received.select_related("operation").first()


def scan(by: User, typed: str) -> Scan:
    """Put the sample of a code into the user's open batch, or say why not; a second scan adds nothing.

    Raises NotAllowed, and Incomplete where nothing was read or the batch is full.
    """
    require_laboratory(by)
    if not typed.strip():
        raise Incomplete(_("Nothing was read."), {"code": _("Scan or type a code.")})
    protocol = receiving.find(by, typed)
    if protocol is None:
        return _unknown(typed)
    if refused := transitions.why_not(protocol.status, ProtocolStatus.RECEIVED):
        return Scan(Outcome.WRONG_STATE, f"{protocol.code}: {refused}", protocol)
    return _add(by, protocol)


@transaction.atomic
def remove(by: User, sample_pk: int) -> None:
    """Take a sample out of the user's open batch; idempotent. Raises NotAllowed."""
    require_laboratory(by)
    ScannedSample.objects.filter(pk=sample_pk, batch__opened_by=by, batch__closed_at=None).delete()


@transaction.atomic
def discard(by: User, pk: int) -> None:
    """Throw the user's batch away: nothing in it is received. Idempotent.

    Raises NotVisible, and InvalidTransition if it was received.
    """
    batch = _locked(by, pk)
    if batch.operation_id:
        raise InvalidTransition(_("This batch is being received already."))
    ReceptionBatch.objects.filter(pk=pk, closed_at=None).update(closed_at=Now())


@transaction.atomic
def receive(by: User, pk: int) -> Operation:
    """Have all of the user's batch received by an operation, and return it; the batch is closed then.

    A second click returns the same operation. Raises NotVisible, InvalidTransition if the batch was thrown
    away, and Incomplete if it is empty.
    """
    batch = _locked(by, pk)
    if batch.operation:
        return batch.operation
    if batch.closed_at:
        raise InvalidTransition(_("This batch was thrown away."))
    # In the order of scanning, which is that of the numbers.
    scanned = list(batch.samples.order_by("pk").values_list("protocol", flat=True))
    batch.operation = operations.start(by, ACTION, Selection(ids=scanned), f"reception-batch-{pk}")
    batch.closed_at = Now()
    batch.save(update_fields=["operation", "closed_at"])
    return batch.operation


def _locked(by: User, pk: int) -> ReceptionBatch:
    require_laboratory(by)
    # Without its operation: of two clicks the second waits here, and would be joined what was there before.
    batch = ReceptionBatch.objects.select_for_update().filter(pk=pk, opened_by=by).first()
    if batch is None:
        raise NotVisible(_("There is no such batch."))
    return batch


def _unknown(typed: str) -> Scan:
    shown = typed.strip()[: codes.TYPED_MAX]
    if codes.canonical(typed):
        return Scan(Outcome.UNKNOWN, _("%(code)s: no sample has this code.") % {"code": shown})
    return Scan(Outcome.FOREIGN, _("%(code)s: this is no code of a sample.") % {"code": shown})


@transaction.atomic
def _add(by: User, protocol: Protocol) -> Scan:
    named = {"code": protocol.code, "animal": protocol.animal}
    batch = _open(by)
    if batch.samples.count() >= SAMPLES_MAX:
        full = _("A batch holds %(most)s samples. Receive this one, then go on.") % {"most": SAMPLES_MAX}
        raise Incomplete(full, {"code": full})
    _sample, is_new = ScannedSample.objects.get_or_create(batch=batch, protocol=protocol)
    if not is_new:
        return Scan(Outcome.AGAIN, _("%(code)s: it is in this batch already.") % named, protocol)
    if colleague := _also_in(batch, protocol):
        message = _("%(code)s was added, but it is in the batch of %(who)s too.")
        return Scan(Outcome.ELSEWHERE, message % (named | {"who": colleague}), protocol)
    return Scan(Outcome.ADDED, _("%(code)s, %(animal)s was added.") % named, protocol)


def _open(by: User) -> ReceptionBatch:
    """Return the user's open batch, locked against being closed meanwhile; a new one where there is none."""
    mine = ReceptionBatch.objects.select_for_update().filter(opened_by=by, closed_at=None)
    if found := mine.first():
        return found
    try:
        with transaction.atomic():
            return ReceptionBatch.objects.create(opened_by=by)
    except IntegrityError:
        # The first scan in another window opened it at this moment.
        return mine.get()


def _also_in(batch: ReceptionBatch, protocol: Protocol) -> str:
    """Return in whose other open batch a sample is, or nothing."""
    others = ScannedSample.objects.filter(protocol=protocol, batch__closed_at=None).exclude(batch=batch)
    other = others.select_related("batch__opened_by__staff_member").first()
    if other is None:
        return ""
    return other.batch.opened_by.name
