"""The actor that sends mail: one delivery each, never the same message twice by itself."""

from actors import faults
from actors.models import Job
from actors.registry import BACKGROUND, actor
from lims.services.mail import sending


# Greylisting servers want an hour of patience.
@actor(queue=BACKGROUND, lease_s=60, max_attempts=20, failed=sending.failed)
def send_delivery(job: Job) -> None:
    """Send one delivery, and write down how that ended."""
    sending.deliver(job, faults.reach)
