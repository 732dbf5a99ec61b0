"""Reception: what came of a sample is written down, and it is received with its number, or rejected."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lims.errors import Incomplete, InvalidTransition, NotVisible
from lims.models import (
    CytologySample,
    DeliveryKind,
    HistopathologySample,
    Protocol,
    ProtocolStatus,
    User,
)
from lims.models.protocols import ProtocolKind, SampleCondition
from lims.services.kit import codes, texts
from lims.services.kit.permissions import require_laboratory
from lims.services.kit.versions import require_version
from lims.services.protocols import transitions
from lims.services.protocols.announcing import announce

# Whatever arrives in a worse condition than these is rejected.
CONDITIONS = (SampleCondition.OPTIMAL, SampleCondition.ACCEPTABLE, SampleCondition.SUBOPTIMAL)
COUNT_MAX = 999
SAMPLES: dict[ProtocolKind, tuple[Any, str]] = {
    ProtocolKind.HISTOPATHOLOGY: (HistopathologySample, "containers"),
    ProtocolKind.CYTOLOGY: (CytologySample, "slides"),
}
COUNTED = {
    ProtocolKind.HISTOPATHOLOGY: gettext_lazy("Containers: %(declared)s declared, %(received)s received."),
    ProtocolKind.CYTOLOGY: gettext_lazy("Slides: %(declared)s declared, %(received)s received."),
}


@dataclass(frozen=True)
class Received:
    """What came, as whoever opened the parcel says: so many containers of tissue, or slides of cells.

    What a batch received has neither condition nor count, and may stay without.
    """

    condition: str
    count: int | None
    notes: str = ""
    discrepancies: str = ""


@transaction.atomic
def receive_sample(by: User, pk: int, lock_version: int, received: Received) -> Protocol:
    """Receive a submitted sample and return it with its number; its vet is told.

    What differs from the declared count is written among the discrepancies. Raises NotVisible, NotAllowed,
    InvalidTransition if it is not submitted (so a second click changes nothing), StaleEdit if somebody
    changed it since `lock_version` was read, and Incomplete with the fields that are wrong.
    """
    protocol = _locked(by, pk, ProtocolStatus.RECEIVED, lock_version)
    values = checked(protocol, received)
    write_count(protocol, received.count)
    _save(protocol, **values)
    events = transitions.receive_all([protocol], by, timezone.now())
    differs = bool(protocol.discrepancies)
    announce(events, DeliveryKind.PROTOCOL_DISCREPANCY if differs else DeliveryKind.PROTOCOL_RECEIVED, by)
    protocol.refresh_from_db()
    return protocol


@transaction.atomic
def reject_sample(by: User, pk: int, lock_version: int, reason: str) -> Protocol:
    """Reject a submitted sample, which then gets no number, and return it; its vet is told why.

    Raises NotVisible, NotAllowed, InvalidTransition if it is not submitted, StaleEdit if somebody changed it
    since `lock_version` was read, and Incomplete without a reason.
    """
    reason = reason_of(reason, _("A rejection needs a reason."))
    protocol = _locked(by, pk, ProtocolStatus.REJECTED, lock_version)
    _save(
        protocol,
        sample_condition=SampleCondition.REJECTED,
        rejection_reason=reason,
        lock_version=F("lock_version") + 1,
    )
    event = transitions.transition(protocol, ProtocolStatus.REJECTED, by, reason)
    announce([event], DeliveryKind.PROTOCOL_REJECTED, by)
    return protocol


@transaction.atomic
def return_rejected(by: User, pk: int, reason: str) -> Protocol:
    """Take a rejection back, so that the sample can be received, and return it; its vet is told.

    Raises NotVisible, NotAllowed, InvalidTransition if it is not rejected, and Incomplete without a reason.
    """
    reason = reason_of(reason, _("Taking back a rejection needs a reason."))
    protocol = _locked(by, pk, ProtocolStatus.SUBMITTED)
    _save(protocol, sample_condition="", rejection_reason="", lock_version=F("lock_version") + 1)
    event = transitions.transition(protocol, ProtocolStatus.SUBMITTED, by, reason)
    announce([event], DeliveryKind.PROTOCOL_SUBMITTED, by)
    return protocol


def find(by: User, typed: str) -> Protocol | None:
    """Return the protocol that the user may see of a code, however it was scanned or typed; else None."""
    code = codes.canonical(typed)
    if code is None:
        return None
    visible: Any = Protocol.objects.visible_to(by)
    return visible.filter(Q(number=code) | Q(temporary_code=code)).first()


def declared_count(protocol: Protocol) -> int | None:
    """Return how many containers or slides of a protocol were declared; None where nothing was."""
    model, things = SAMPLES[ProtocolKind(protocol.kind)]
    return model.objects.filter(protocol=protocol).values_list(f"{things}_declared", flat=True).first()


def lock(by: User, pk: int) -> Protocol:
    """Return a protocol with its vet, locked until the transaction ends; raise NotVisible and NotAllowed."""
    visible = Protocol.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    protocol = visible.select_related("veterinarian__user").filter(pk=pk).first()
    if protocol is None:
        raise NotVisible(_("There is no such protocol."))
    require_laboratory(by)
    return protocol


def check_version(protocol: Protocol, lock_version: int | None) -> None:
    """Raise StaleEdit if somebody changed a protocol since `lock_version`, where it is known, was read."""
    message = _("Somebody else changed this protocol meanwhile. Look at it again, then go on.")
    require_version(protocol, lock_version, message)


def checked(protocol: Protocol, received: Received, before: Received | None = None) -> dict[str, str]:
    """Return what a protocol keeps of what came; raise Incomplete with the fields that are wrong.

    What was written down before may stay as it is.
    """
    notes = texts.normalize(received.notes).strip()
    differences = _differences(protocol, received)
    wrong = texts.too_long(
        {
            "notes": (notes, texts.max_length(Protocol, "reception_notes")),
            "discrepancies": (differences, texts.max_length(Protocol, "discrepancies")),
        }
    )
    if received.condition not in CONDITIONS and (not before or received.condition != before.condition):
        wrong["condition"] = _("Say in which condition the sample came.")
    if not 0 < (received.count or 0) <= COUNT_MAX and (not before or received.count != before.count):
        wrong["count"] = _("Between 1 and %(most)s. If nothing came, do not receive it.") % {
            "most": COUNT_MAX
        }
    if wrong:
        raise Incomplete(_("Something is missing or wrong."), wrong)
    values = {"sample_condition": received.condition, "reception_notes": notes}
    return values | {"discrepancies": differences}


def counted(protocol: Protocol, declared: int | None, count: int | None, language: str) -> str:
    """Return the sentence of another count than was declared, in a language; nothing where none differs."""
    if None in (declared, count) or declared == count:
        return ""
    with translation.override(language):
        return COUNTED[ProtocolKind(protocol.kind)] % {"declared": declared, "received": count}


def write_count(protocol: Protocol, count: int | None) -> None:
    """Write down how many containers or slides came."""
    model, things = SAMPLES[ProtocolKind(protocol.kind)]
    came = {f"{things}_received": count}
    # Without a declared count, what came counts as declared.
    undeclared = came | {f"{things}_declared": count}
    model.objects.update_or_create(protocol=protocol, defaults=came, create_defaults=undeclared)


def reason_of(typed: str, missing: str) -> str:
    """Return a reason as it is kept; raise Incomplete for none or one that is too long."""
    reason = texts.normalize(typed).strip()
    if not reason:
        raise Incomplete(missing, {"reason": _("Say why.")})
    if wrong := texts.too_long({"reason": (reason, texts.max_length(Protocol, "rejection_reason"))}):
        raise Incomplete(_("Something is missing or wrong."), wrong)
    return reason


def _locked(by: User, pk: int, wanted: ProtocolStatus, lock_version: int | None = None) -> Protocol:
    protocol = lock(by, pk)
    if refused := transitions.why_not(protocol.status, wanted):
        raise InvalidTransition(refused)
    check_version(protocol, lock_version)
    return protocol


def _save(protocol: Protocol, **values: Any) -> None:
    Protocol.objects.filter(pk=protocol.pk).update(**values)
    protocol.refresh_from_db(fields=list(values))


def _differences(protocol: Protocol, received: Received) -> str:
    """Return how what came differs from what was declared, as counted and as typed, in the vet's language."""
    typed = texts.normalize(received.discrepancies).strip()
    language = protocol.veterinarian.user.language
    return f"{counted(protocol, declared_count(protocol), received.count, language)}\n{typed}".strip()
