"""Open, watch over, warm and invalidate documents of every cached type."""

import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import structlog
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

import pdfcache.cache
from actors import jobs
from lims.documents.paper.reading import RowReader
from lims.errors import Busy, NotVisible, TooManyRenders
from lims.models import DocumentAccess, LabelSheet, User, WorkOrder
from lims.services.kit.permissions import require_admin
from lims.services.pdfs import access_log
from pdfcache.cache import Lookup
from pdfcache.errors import StoreError

log = structlog.get_logger(__name__)

SHOWN: dict[str, type[WorkOrder | LabelSheet]] = {"work-order": WorkOrder, "label-sheet": LabelSheet}
VISIBLE = {kind: model.objects.visible_to for kind, model in SHOWN.items()}

RENDERS_PER_MINUTE = 120
PENDING_RENDERS_MAX = 1_000
INLINE_RENDERS_MAX = 2
# A page that came back this often without finding its document gets it rendered in the request.
ROUNDS_MAX = 3
# Longer than a presigned URL lives, so that no open tab loses the paper that it is about to load.
PRUNE_DELAY_S = 600

_inline_renders = threading.BoundedSemaphore(INLINE_RENDERS_MAX)


@dataclass(frozen=True)
class Ready:
    """The document is cached; the URL opens it once, within minutes."""

    url: str


@dataclass(frozen=True)
class Waiting:
    """The document is being made by this job."""

    job_id: int


@dataclass(frozen=True)
class Inline:
    """The document itself, rendered in the request because background or store is away."""

    content: bytes
    filename: str


Opened = Ready | Waiting | Inline


def open_document(user: User, kind: str, pk: int, rounds: int = 0) -> Opened:
    """Return the document, or the job that makes it; `rounds` is how often the user's page came back.

    Records the access. Raises NotVisible, DocumentGone, TooManyRenders, Busy and RenderError. Asking
    again joins the render in work.
    """
    require_visible(user, kind, pk)
    try:
        found = pdfcache.cache.lookup(kind, pk)
    except StoreError as error:
        log.warning("store away, rendering in the request", kind=kind, pk=pk, error=str(error))
        return _render_inline(user, kind, pk)
    if found.hit:
        return _open_hit(user, found)
    if rounds >= ROUNDS_MAX:
        return _render_inline(user, kind, pk)
    handle = _request_render(user, found)
    return _render_inline(user, kind, pk) if handle.woken is False else Waiting(handle.job_id)


def name_of(kind: str) -> str:
    """Return what users call the documents of a kind, or the kind itself where they have no name."""
    model = SHOWN.get(kind)
    return capfirst(str(model._meta.verbose_name_plural)) if model else kind


def require_visible(user: User, kind: str, pk: int) -> None:
    """Raise NotVisible unless the user may see the document's thing."""
    if _visible(kind, user.role).read(pk, user.pk) is None:
        raise NotVisible(_("There is no such document."))


def render_job(user: User, kind: str, pk: int, job_id: int) -> jobs.Job:
    """Return the job that makes a document, for its waiting page; raise NotVisible if it is not that."""
    require_visible(user, kind, pk)
    job = jobs.find("render_pdf", job_id)
    if job is None or job.args != [kind, pk]:
        raise NotVisible(_("There is no such document."))
    return job


def retry_render(user: User, kind: str, pk: int, job_id: int) -> None:
    """Arm a failed render again, at its user's wish; harmless on one in work. Raises as `open_document`."""
    job = render_job(user, kind, pk, job_id)
    with transaction.atomic():
        handle = jobs.requeue(job, requested_by_id=user.pk)
        _check_limits(user, handle)


def follow_change(kind: str, pk: int, version: int, by: User) -> None:
    """Warm a changed document and prune its old papers later; in the transaction of the change."""
    ref = f"{kind}/{pk}@{version}"
    jobs.enqueue("warm_pdf", ref, (kind, pk), requested_by_id=by.pk)
    jobs.enqueue("prune_pdfs", ref, (kind, pk), requested_by_id=by.pk, delay_s=PRUNE_DELAY_S)


@transaction.atomic
def warm_document(by: User, kind: str, pk: int) -> None:
    """Have a document made before anybody asks; idempotent. Raises NotAllowed."""
    require_admin(by)
    jobs.enqueue("warm_pdf", f"{kind}/{pk}", (kind, pk), requested_by_id=by.pk, cooldown_s=0)


def warm_each(by: User, kind: str, pks: Iterable[int]) -> None:
    """Have each of these documents made, in the caller's transaction; idempotent. Raises NotAllowed."""
    require_admin(by)
    works = {f"{kind}/{pk}": (kind, pk) for pk in pks}
    jobs.enqueue_many("warm_pdf", works, requested_by_id=by.pk, cooldown_s=0)


def invalidate_each(by: User, kind: str, pks: Iterable[int]) -> None:
    """Have what is cached of each of these deleted, in the caller's transaction. Raises NotAllowed."""
    require_admin(by)
    works = {f"{kind}/{pk}/{uuid.uuid4()}": (kind, pk) for pk in pks}
    jobs.enqueue_many("invalidate_pdfs", works, requested_by_id=by.pk)


@transaction.atomic
def invalidate_documents(by: User, kind: str | None = None, pk: int | None = None) -> None:
    """Have what is cached of a document, a kind or everything deleted. Raises NotAllowed.

    Each call is a job of its own: one that runs already may have listed the objects before this wish.
    """
    require_admin(by)
    jobs.enqueue("invalidate_pdfs", f"{kind}/{pk}/{uuid.uuid4()}", (kind, pk), requested_by_id=by.pk)


@cache
def _visible(kind: str, role: str) -> RowReader:
    # The user is known here by id and role alone: a `visible_to` that looks at more fails loudly.
    visible_to = VISIBLE.get(kind)
    if visible_to is None:
        raise NotVisible(_("There is no such document."))
    return RowReader(lambda pk, by: visible_to(User(pk=by, role=role)).filter(pk=pk).values("pk"), keys=2)


def _open_hit(user: User, found: Lookup) -> Ready:
    access_log.record(user, found.kind, found.pk, DocumentAccess.Outcome.HIT)
    if found.expires_soon:
        with transaction.atomic():
            jobs.enqueue(
                "warm_pdf", f"{found.kind}/{found.pk}", (found.kind, found.pk), requested_by_id=user.pk
            )
    return Ready(pdfcache.cache.url(found))


def _request_render(user: User, found: Lookup) -> jobs.Handle:
    with transaction.atomic():
        handle = jobs.enqueue("render_pdf", found.key, (found.kind, found.pk), requested_by_id=user.pk)
        _check_limits(user, handle)
    return handle


def _check_limits(user: User, handle: jobs.Handle) -> None:
    """Refuse a render that was just enqueued if it is one too many; the transaction's end then undoes it."""
    if not handle.enqueued:
        return
    if jobs.enqueued_since(timedelta(minutes=1), "render_pdf", user.pk) > RENDERS_PER_MINUTE:
        raise TooManyRenders(
            _("You opened very many new documents within a minute. Wait a minute, then try again.")
        )
    if jobs.pending("render_pdf") > PENDING_RENDERS_MAX:
        raise Busy(_("Very many documents are being prepared. Try again in a few seconds."))


@contextmanager
def drawing_in_request() -> Iterator[None]:
    """Bound how much is drawn in requests at a time; raise Busy where that is too much already."""
    if not _inline_renders.acquire(blocking=False):
        raise Busy(_("Very many documents are being prepared. Try again in a few seconds."))
    try:
        yield
    finally:
        _inline_renders.release()


def _render_inline(user: User, kind: str, pk: int) -> Inline:
    with drawing_in_request():
        content, filename = pdfcache.cache.render(kind, pk)
    access_log.record(user, kind, pk, DocumentAccess.Outcome.INLINE)
    return Inline(content, filename)
