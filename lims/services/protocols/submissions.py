"""Protocols as vets write them: begun, saved while they are written, submitted, or deleted as drafts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible
from lims.models import (
    CytologySample,
    DeliveryKind,
    HistopathologySample,
    Protocol,
    ProtocolStatus,
    Specimen,
    User,
    Veterinarian,
)
from lims.models.protocols import ProtocolKind
from lims.services.kit import numbers
from lims.services.kit.versions import require_version
from lims.services.protocols import announcing, transitions
from lims.services.protocols.submission_content import SPECIMEN_FIELDS, Content, SpecimenRow, check, cleaned

Sample = HistopathologySample | CytologySample

SAMPLES: dict[str, type[Sample]] = {
    ProtocolKind.HISTOPATHOLOGY: HistopathologySample,
    ProtocolKind.CYTOLOGY: CytologySample,
}


@transaction.atomic
def begin_draft(by: User, kind: str) -> Protocol:
    """Return a blank draft of this kind: the one that the vet has not touched yet, else a new one.

    So a double click makes no second one. Raises NotAllowed for everybody but vets with a profile, and
    Incomplete for a kind that there is not.
    """
    # The second of two clicks waits here, and then finds the first one's draft.
    vet = Veterinarian.objects.select_for_update(no_key=True).filter(user=by).first()
    if vet is None or not by.is_veterinarian:
        raise NotAllowed(_("Only veterinarians with a profile submit samples."))
    if kind not in SAMPLES:
        message = _("There is no such kind of sample.")
        raise Incomplete(message, {"kind": message})
    blank = vet.protocols.filter(kind=kind, status=ProtocolStatus.DRAFT, lock_version=1, animal="").first()
    if blank:
        return blank
    draft = Protocol.objects.create(veterinarian=vet, kind=kind)
    SAMPLES[kind].objects.create(protocol=draft)
    return draft


@transaction.atomic
def save_draft(by: User, pk: int, lock_version: int, content: Content) -> Protocol:
    """Write what the vet has of their draft and return it; the same content changes nothing.

    `lock_version` is the one that the editor read. Raises NotVisible, NotAllowed, InvalidTransition once it
    is submitted, StaleEdit if another window saved since, and Incomplete with the fields that are wrong.
    """
    draft = _own_draft(by, pk)
    sample = sample_of(draft)
    content = cleaned(content)
    changed = _apply(draft, content.fields)
    changed_sample = _apply(sample, content.sample)
    specimens = list(draft.specimens.order_by("pk"))
    # A save that is repeated because its answer was lost finds its own content, and is no conflict.
    if not (changed or changed_sample or _differ(specimens, content.specimens)):
        return draft
    message = _("This draft was saved from another window since. Reload it to see what is there.")
    require_version(draft, lock_version, message)
    check(draft, sample, content)
    if changed_sample:
        sample.save(update_fields=changed_sample)
    _write_specimens(draft, specimens, content.specimens)
    draft.lock_version += 1
    draft.save(update_fields=[*changed, "lock_version"])
    return draft


@transaction.atomic
def submit_protocol(by: User, pk: int) -> Protocol:
    """Give the vet's draft its temporary code, hand it to the laboratory and return it; the vet is told.

    Raises NotVisible, NotAllowed, InvalidTransition if it is submitted already (so a second click changes
    nothing), and Incomplete with what is missing, the laboratory's verification of the vet included.
    """
    draft = _own_draft(by, pk)
    if missing := missing_parts(draft):
        raise Incomplete(_("The protocol is not complete yet."), missing)
    at = timezone.now()
    event = transitions.transition(draft, ProtocolStatus.SUBMITTED, by)
    draft.temporary_code = numbers.temporary_code(draft.kind, timezone.localdate(at))
    draft.submitted_at = at
    draft.lock_version += 1
    draft.save(update_fields=["temporary_code", "submitted_at", "lock_version"])
    announcing.announce([event], DeliveryKind.PROTOCOL_SUBMITTED, by)
    return draft


@transaction.atomic
def delete_draft(by: User, pk: int) -> None:
    """Delete the vet's own draft. Raises NotVisible, NotAllowed and InvalidTransition."""
    _own_draft(by, pk).delete()


def missing_parts(draft: Protocol) -> dict[str, str]:
    """Return what a draft lacks before it can be submitted: a sentence for each field."""
    missing = {}
    if draft.veterinarian.verified_at is None:
        missing["veterinarian"] = _("The laboratory verifies your profile first; you are told then.")
    if not draft.animal:
        missing["animal"] = _("Say which animal it is.")
    if not draft.species:
        missing["species"] = _("Say which species it is.")
    specimens = list(draft.specimens.order_by("pk"))
    if not specimens:
        missing["specimens"] = _("Say what was taken, and from where.")
    for row, specimen in enumerate(specimens):
        if not specimen.site:
            message = _("Say where specimen %(label)s is from.")
            missing[f"specimen-{row}-site"] = message % {"label": specimen.label}
    return missing


def sample_of(protocol: Protocol) -> Sample:
    """Return how the sample of a protocol was declared, as a new row where there is none yet."""
    return SAMPLES[protocol.kind].objects.get_or_create(protocol=protocol)[0]


def _own_draft(by: User, pk: int) -> Protocol:
    locked = Protocol.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    found = locked.select_related("veterinarian__user").filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("There is no such protocol."))
    if found.veterinarian.user_id != by.pk:
        raise NotAllowed(_("Only its veterinarian writes a protocol."))
    if found.status != ProtocolStatus.DRAFT:
        raise InvalidTransition(_("This protocol was submitted already, and is no longer written."))
    return found


def _apply(thing: Protocol | Sample, values: Mapping[str, Any]) -> list[str]:
    changed = [name for name, value in values.items() if getattr(thing, name) != value]
    for name in changed:
        setattr(thing, name, values[name])
    return changed


def _differ(specimens: list[Specimen], rows: Sequence[SpecimenRow]) -> bool:
    return [_values(one) for one in specimens] != [_values(row) for row in rows]


def _values(thing: Specimen | SpecimenRow) -> dict:
    return {name: getattr(thing, name) for name in SPECIMEN_FIELDS}


def _write_specimens(draft: Protocol, specimens: list[Specimen], rows: Sequence[SpecimenRow]) -> None:
    """Make the draft's specimens what was typed, in its order; rows that stay keep their key."""
    if [one.label for one in specimens][: len(rows)] != [row.label for row in rows][: len(specimens)]:
        # Labels that changed places would meet on their way.
        draft.specimens.all().delete()
        specimens = []
    for specimen, row in zip(specimens, rows, strict=False):
        if _values(specimen) != _values(row):
            Specimen.objects.filter(pk=specimen.pk).update(**_values(row))
    draft.specimens.filter(pk__in=[one.pk for one in specimens[len(rows) :]]).delete()
    Specimen.objects.bulk_create(Specimen(protocol=draft, **_values(row)) for row in rows[len(specimens) :])
