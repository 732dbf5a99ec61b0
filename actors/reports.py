"""Actors of reports: put a finalized one into the archive, and make uploaded images printable."""

from actors.models import Job
from actors.registry import BACKGROUND, INTERACTIVE, actor
from lims.services import report_images, report_publishing


@actor(queue=BACKGROUND, lease_s=60, max_attempts=8, abandoned=report_publishing.abandoned)
def publish_report(job: Job) -> None:
    """Render a finalized report from its snapshot, archive it, and have it delivered."""
    report_publishing.publish(job)


@actor(queue=INTERACTIVE, lease_s=30, max_attempts=4, abandoned=report_images.abandoned)
def prepare_image(job: Job) -> None:
    """Check and re-encode an uploaded image, and put it into media."""
    report_images.prepare(job)
