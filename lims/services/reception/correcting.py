"""What was written down of a reception is put right afterwards; the sample's number and state stay."""

from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lims.errors import InvalidTransition
from lims.models import DeliveryKind, Protocol, ProtocolStatus, ReportStatus, User
from lims.models.protocols import AT_THE_BENCH, ProtocolKind
from lims.services.kit import texts
from lims.services.protocols import transitions
from lims.services.protocols.announcing import announce
from lims.services.reception import receiving
from lims.services.reception.receiving import SAMPLES, Received, declared_count

CORRECTABLE = (*AT_THE_BENCH, ProtocolStatus.READY)


@transaction.atomic
def correct_reception(by: User, pk: int, lock_version: int, received: Received, reason: str = "") -> Protocol:
    """Put right what was written down of a received sample, and return it; its vet is told if what differs
    from what was declared changes, which needs a reason. Any reason given is kept in the protocol's history.

    Harmless where nothing changes, so that a second click is. Raises NotVisible, NotAllowed,
    InvalidTransition before the reception and once a report is finalized, StaleEdit if somebody changed the
    protocol since `lock_version` was read, and Incomplete with the fields that are wrong.
    """
    protocol = receiving.lock(by, pk)
    if refused := why_not(protocol):
        raise InvalidTransition(refused)
    before, wanted = _stored(written(protocol)), _stored(received)
    if wanted == before:
        return protocol
    receiving.check_version(protocol, lock_version)
    values = receiving.checked(protocol, wanted, before)
    if _differing(wanted) == _differing(before):
        # As it was worded, whatever the vet's language is by now.
        values["discrepancies"] = protocol.discrepancies
    _say_why(protocol, by, reason, is_told=values["discrepancies"] != protocol.discrepancies)
    if wanted.count != before.count:
        receiving.write_count(protocol, wanted.count)
    Protocol.objects.filter(pk=pk).update(**values, lock_version=F("lock_version") + 1)
    protocol.refresh_from_db()
    return protocol


def why_not(protocol: Protocol) -> str:
    """Return why the reception of a protocol may not be corrected, or nothing."""
    if protocol.status not in CORRECTABLE:
        state = ProtocolStatus(protocol.status).label
        return _("The reception of a protocol that is “%(state)s” cannot be corrected.") % {"state": state}
    if protocol.reports.filter(status=ReportStatus.FINALIZED).exists():
        return _("The report of this protocol is being issued; amend it instead.")
    return ""


def written(protocol: Protocol) -> Received:
    """Return what is written down of what came, without the sentence that the count alone gives."""
    model, things = SAMPLES[ProtocolKind(protocol.kind)]
    count = model.objects.filter(protocol=protocol).values_list(f"{things}_received", flat=True).first()
    typed = _typed(protocol, count)
    return Received(protocol.sample_condition, count, protocol.reception_notes, typed)


def _say_why(protocol: Protocol, by: User, reason: str, *, is_told: bool) -> None:
    if not is_told and not reason.strip():
        return
    missing = _("What the veterinarian was told changes: that needs a reason.")
    event = transitions.note(protocol, by, receiving.reason_of(reason, missing))
    if is_told:
        announce([event], DeliveryKind.PROTOCOL_CORRECTED, by)


def _typed(protocol: Protocol, count: int | None) -> str:
    declared = declared_count(protocol)
    for language, _name in settings.LANGUAGES:
        sentence = receiving.counted(protocol, declared, count, language)
        first, _line, rest = protocol.discrepancies.partition("\n")
        if sentence and first == sentence:
            return rest
    return protocol.discrepancies


def _stored(received: Received) -> Received:
    notes, differences = (texts.normalize(text).strip() for text in (received.notes, received.discrepancies))
    return replace(received, notes=notes, discrepancies=differences)


def _differing(received: Received) -> tuple:
    return received.count, received.discrepancies
