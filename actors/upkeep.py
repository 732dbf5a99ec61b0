"""The actor that lets old history go; nothing depends on its having run."""

from actors.models import Job
from actors.registry import BACKGROUND, actor
from lims.services.history import retention


@actor(queue=BACKGROUND, lease_s=60, max_attempts=5, recurs=retention.due)
def age_history(job: Job) -> None:
    """Let changes and accesses go that are older than is kept; asked for once a month."""
    retention.run(job)
