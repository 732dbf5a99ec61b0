"""Actors that make cached PDFs, ahead of or when they are asked for, and delete them."""

import structlog

import pdfcache.cache
from actors.errors import Unretryable
from actors.faults import failpoint
from actors.models import Job
from actors.registry import BACKGROUND, INTERACTIVE, actor
from pdfcache.errors import DocumentGone, RenderError, UnknownKind

log = structlog.get_logger(__name__)


@actor(queue=INTERACTIVE, lease_s=10, max_attempts=4)
def render_pdf(job: Job) -> None:
    """Fill the cache with a document that somebody waits for."""
    _fill(*job.args)


@actor(queue=BACKGROUND, lease_s=60, max_attempts=5)
def warm_pdf(job: Job) -> None:
    """Fill the cache with a document before anybody asks."""
    _fill(*job.args)


@actor(queue=BACKGROUND, lease_s=60, max_attempts=5)
def prune_pdfs(job: Job) -> None:
    """Delete the superseded PDFs of a document."""
    kind, pk = job.args
    pdfcache.cache.prune(kind, pk)


@actor(queue=BACKGROUND, lease_s=60, max_attempts=5)
def invalidate_pdfs(job: Job) -> None:
    """Delete what is cached of a document (kind, pk), of a kind (kind, None) or at all (None, None)."""
    kind, pk = job.args
    pdfcache.cache.invalidate(kind, pk)


def _fill(kind: str, pk: int) -> None:
    failpoint("before_fill")
    try:
        filled = pdfcache.cache.fill(kind, pk)
    except (DocumentGone, UnknownKind, RenderError) as error:
        raise Unretryable(str(error)) from error
    log.info("filled", kind=kind, pk=pk, rendered=filled.rendered)
    failpoint("after_fill")
