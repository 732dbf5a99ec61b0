"""The actor that sends mail: one delivery each, never the same message twice by itself."""

from actors.models import Job
from actors.registry import BACKGROUND, actor
from lims.services import mailing


# Greylisting servers want an hour of patience.
@actor(queue=BACKGROUND, lease_s=60, max_attempts=20, on_failed=mailing.on_failed)
def send_delivery(job: Job) -> None:
    """Send one delivery, and write down how that ended."""
    mailing.deliver(job)
