"""Retention's actor; nothing depends on its having run."""

from actors.models import Job
from actors.registry import BACKGROUND, actor
from lims.services.history import retention


@actor(queue=BACKGROUND, lease_s=60, max_attempts=5, schedule=retention.schedule)
def age_history(job: Job) -> None:
    """Delete changes and accesses that are older than the retention; scheduled once a month."""
    retention.run(job)
