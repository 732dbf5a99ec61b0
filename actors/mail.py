"""The actor that sends mail: one delivery per job."""

from actors.models import Job
from actors.registry import BACKGROUND, actor
from lims.services.mail import sending


# Twenty attempts last longer than the hour that greylisting servers ask for.
@actor(queue=BACKGROUND, lease_s=60, max_attempts=20, on_failed=sending.on_failed)
def send_delivery(job: Job) -> None:
    """Send one delivery, and write down how that ended."""
    sending.deliver(job)
