"""Actors of housekeeping; nothing depends on their having run."""

import pdfcache.cache
from actors.models import Job
from actors.registry import BACKGROUND, actor
from lims.services.history import retention


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


@actor(queue=BACKGROUND, lease_s=60, max_attempts=5, schedule=retention.schedule)
def age_history(job: Job) -> None:
    """Delete changes and accesses that are older than the retention; scheduled once a month."""
    retention.run(job)
