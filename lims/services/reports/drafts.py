"""Drafts of reports: begun from the protocol, saved while they are written, discarded."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lims.errors import InvalidTransition, NotVisible
from lims.models import (
    Pathologist,
    Protocol,
    ProtocolStatus,
    Report,
    ReportCassette,
    ReportDiagnosis,
    ReportHistory,
    ReportStatus,
    User,
)
from lims.services.kit.versions import require_version
from lims.services.people.pathologists import require_pathologist
from lims.services.reports import access, prefill
from lims.services.reports.content import Content, cleaned

OPEN = (ReportStatus.DRAFT, ReportStatus.FINALIZED)


@transaction.atomic
def begin_report(by: User, protocol_pk: int) -> Report:
    """Return the user's draft for a protocol: the one in work, else a new one filled in from the bench.

    Beginning again returns the same draft, with rows for what came to the bench meanwhile. A draft that a
    colleague left behind, whose account is closed, becomes the user's. Raises NotAllowed
    for everybody but pathologists, NotVisible, and InvalidTransition for a protocol that is not ready, that
    a colleague writes on, or that has its report already.
    """
    author = require_pathologist(by)
    protocol = _locked_protocol(by, protocol_pk)
    draft = _draft_in_work(author, protocol) or _new_draft(author, protocol)
    prefill.add_rows(draft)
    return draft


@transaction.atomic
def save_draft(by: User, pk: int, lock_version: int, content: Content) -> Report:
    """Write what the author has of their draft and return it; the same content changes nothing.

    `lock_version` is the one that the editor read. Raises NotVisible, NotAllowed, InvalidTransition once it
    is finalized, StaleEdit if another window saved since, and Incomplete with the fields that are wrong.
    """
    draft = access.own_draft(by, pk)
    content = cleaned(content)
    changed = _apply(draft, content)
    diagnoses = _apply_diagnoses(draft, content)
    cassettes = _apply_cassettes(draft, content)
    # A save that is repeated because its answer was lost finds its own content, and is no conflict.
    if not (changed or diagnoses or cassettes):
        return draft
    message = _("This draft was saved from another window since. Reload it to see what is there.")
    require_version(draft, lock_version, message)
    ReportDiagnosis.objects.bulk_update(diagnoses, ["diagnosis", "synoptic"])
    ReportCassette.objects.bulk_update(cassettes, ["observation", "partial_diagnosis"])
    draft.lock_version += 1
    draft.save(update_fields=[*changed, "lock_version", "changed_at"])
    return draft


@transaction.atomic
def discard_draft(by: User, pk: int) -> None:
    """Delete the user's own draft with its images. Raises NotVisible, NotAllowed and InvalidTransition.

    Its protocol, or the version that it was to replace, can then be begun or amended again.
    """
    access.own_draft(by, pk).delete()


def _locked_protocol(by: User, pk: int) -> Protocol:
    # Of two pathologists at the same moment the second waits here, and then finds the first one's draft.
    locked = Protocol.objects.visible_to(by).select_for_update(of=("self",), no_key=True)
    protocol = locked.select_related("veterinarian__user").filter(pk=pk).first()
    if protocol is None:
        raise NotVisible(_("There is no such protocol."))
    return protocol


def _draft_in_work(author: Pathologist, protocol: Protocol) -> Report | None:
    in_work = protocol.reports.filter(status__in=OPEN).select_related("author__staff_member__user").first()
    if in_work is None:
        return None
    is_left_behind = not in_work.author.staff_member.user.is_active
    if in_work.author_id != author.pk and not is_left_behind:
        message = _("%(name)s is writing the report of this protocol already.")
        raise InvalidTransition(message % {"name": in_work.author.name})
    if in_work.status != ReportStatus.DRAFT:
        raise InvalidTransition(_("The report of this protocol is finalized already."))
    return _taken_over(in_work, author) if in_work.author_id != author.pk else in_work


def _taken_over(draft: Report, author: Pathologist) -> Report:
    note = _("Taken over from %(name)s.") % {"name": draft.author.name}
    draft.author = author
    draft.lock_version += 1
    draft.save(update_fields=["author", "lock_version", "changed_at"])
    access.record(draft, ReportHistory.Action.BEGUN, author.staff_member.user, note)
    return draft


def _new_draft(author: Pathologist, protocol: Protocol) -> Report:
    if protocol.reports.exists():
        raise InvalidTransition(_("This protocol has its report already; it can be amended."))
    if protocol.status != ProtocolStatus.READY:
        message = _("A protocol that is “%(state)s” cannot be reported yet.")
        raise InvalidTransition(message % {"state": protocol.get_status_display()})
    texts = prefill.texts(protocol)
    draft = Report.objects.create(protocol=protocol, author=author, **texts)
    access.record(draft, ReportHistory.Action.BEGUN, author.staff_member.user)
    return draft


def _apply(draft: Report, content: Content) -> list[str]:
    values = {**content.texts, "is_preliminary": content.is_preliminary}
    changed = [name for name, value in values.items() if getattr(draft, name) != value]
    for name in changed:
        setattr(draft, name, values[name])
    return changed


def _apply_diagnoses(draft: Report, content: Content) -> list[ReportDiagnosis]:
    rows = {row.pk: row for row in draft.diagnoses.all()}
    changed = []
    for pk, diagnosis, synoptic in content.diagnoses:
        row = _found(rows, pk)
        if (row.diagnosis, row.synoptic) != (diagnosis, synoptic):
            row.diagnosis, row.synoptic = diagnosis, synoptic
            changed.append(row)
    return changed


def _apply_cassettes(draft: Report, content: Content) -> list[ReportCassette]:
    rows = {row.pk: row for row in draft.cassettes.all()}
    changed = []
    for pk, observation, partial in content.cassettes:
        row = _found(rows, pk)
        if (row.observation, row.partial_diagnosis) != (observation, partial):
            row.observation, row.partial_diagnosis = observation, partial
            changed.append(row)
    return changed


def _found(rows: dict[int, Any], pk: int) -> Any:
    if pk not in rows:
        raise NotVisible(_("There is no such row in this draft. Reload it."))
    return rows[pk]
