"""Makes label sheets: a row that says which labels, before its paper is drawn."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Count, Model, QuerySet
from django.utils.translation import gettext as _

from lims.documents.labels.drawing import LABELS_MAX
from lims.documents.labels.label_sheet import snapshot
from lims.errors import Incomplete
from lims.models import Cassette, LabelSheet, Protocol, Slide, User
from lims.services.kit.idempotency import require_key
from lims.services.kit.permissions import require_laboratory
from pdfcache.errors import DocumentGone

PARTS = ("protocols", "cassettes", "slides")


@transaction.atomic
def make_sheet(
    by: User,
    protocols: Sequence[int] = (),
    cassettes: Sequence[int] = (),
    slides: Sequence[int] = (),
    key: str = "",
) -> LabelSheet:
    """Write a sheet with the labels of these things, in this order, and return it.

    The same key of the same user returns the sheet that it made of the same things; without a key, or with
    other things, each call is a new sheet. What the user may not see, or is gone, gets no label. Raises
    NotAllowed, and Incomplete for a sheet without labels or with more than 1,000, and for a damaged key.
    """
    require_laboratory(by)
    require_key(key)
    once = _once(key, protocols, cassettes, slides)
    if made := _earlier(by, once):
        return made
    visible = Protocol.objects.visible_to(by)
    sheet = LabelSheet(
        protocol_ids=_there(visible, protocols),
        cassette_ids=_there(Cassette.objects.filter(protocol__in=visible), cassettes),
        slide_ids=_there(Slide.objects.filter(protocol__in=visible), slides),
        made_by=by,
        idempotency_key=once,
    )
    require_few(sheet.count)
    try:
        with transaction.atomic():
            sheet.save()
    except IntegrityError:
        # The second click came while the first was being written.
        return LabelSheet.objects.get(made_by=by, idempotency_key=once)
    return sheet


def make_sheet_of(by: User, protocols: Sequence[int], parts: Iterable[str], key: str = "") -> LabelSheet:
    """Write a sheet with all labels of these PARTS of these protocols; raises as `make_sheet`."""
    require_laboratory(by)
    wanted = set(parts)
    chosen: dict[str, list[int]] = {"protocols": list(protocols) if "protocols" in wanted else []}
    for name, model in (("cassettes", Cassette), ("slides", Slide)):
        chosen[name] = _of(model, protocols) if name in wanted else []
    return make_sheet(by, **chosen, key=key)


def require_few(count: int) -> None:
    """Raise Incomplete for no labels at all, or for more than a sheet may have."""
    if not count:
        raise Incomplete(_("There is no label to print."), {"parts": _("Choose at least one.")})
    if count > LABELS_MAX:
        message = _("A sheet has at most %(max)s labels. Choose fewer.") % {"max": LABELS_MAX}
        raise Incomplete(message, {"parts": message})


def count_parts(protocols: Sequence[int]) -> dict[str, int]:
    """Return how many labels each of the PARTS of these protocols has."""
    counted = Protocol.objects.filter(pk__in=protocols).aggregate(
        cassettes=Count("cassettes", distinct=True), slides=Count("slides", distinct=True)
    )
    return {"protocols": len(protocols)} | counted


def labels_on(sheet: LabelSheet) -> list[dict[str, str]]:
    """Return what a sheet's labels say now, none if nothing of it is left."""
    try:
        return snapshot(sheet.pk)["labels"]
    except DocumentGone:
        return []


def _once(key: str, *things: Sequence[int]) -> str:
    """Return what may be made once. A page that the browser goes back to keeps its key: what is chosen there
    then, if it is something else, is another sheet."""
    said = json.dumps([key, *map(list, things)])
    return hashlib.sha256(said.encode()).hexdigest() if key else ""


def _earlier(by: User, once: str) -> LabelSheet | None:
    return LabelSheet.objects.filter(made_by=by, idempotency_key=once).first() if once else None


def _of(model: type[Model], protocols: Sequence[int]) -> list[int]:
    # One more than a sheet may have, so that too many are told and not left out.
    rows = model._default_manager.filter(protocol__in=protocols).order_by("protocol", "pk")
    return list(rows.values_list("pk", flat=True)[: LABELS_MAX + 1])


def _there(rows: QuerySet, pks: Sequence[int]) -> list[int]:
    if not pks:
        return []
    wanted = list(dict.fromkeys(pks))
    require_few(len(wanted))
    there = set(rows.filter(pk__in=wanted).order_by().values_list("pk", flat=True))
    return [pk for pk in wanted if pk in there]
