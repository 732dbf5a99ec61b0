"""Actors that keep things tidy; nothing depends on their having run."""

import pdfcache.cache
from actors.models import Job
from actors.registry import BACKGROUND, actor
from lims.services.history import retention


@actor(queue=BACKGROUND, lease_s=60, max_attempts=5)
def prune_pdfs(job: Job) -> None:
    """Delete the superseded papers of a document."""
    kind, pk = job.args
    pdfcache.cache.prune(kind, pk)


@actor(queue=BACKGROUND, lease_s=60, max_attempts=5)
def invalidate_pdfs(job: Job) -> None:
    """Delete what is cached of a document (kind, pk), of a kind (kind, None) or at all (None, None)."""
    kind, pk = job.args
    pdfcache.cache.invalidate(kind, pk)


@actor(queue=BACKGROUND, lease_s=60, max_attempts=5, recurs=retention.due)
def age_history(job: Job) -> None:
    """Let changes and accesses go that are older than is kept; asked for once a month."""
    retention.run(job)
