"""Actors of reports: put a finalized one into the archive, and make uploaded images printable."""

from actors import faults
from actors.errors import Unretryable
from actors.models import Job
from actors.registry import BACKGROUND, INTERACTIVE, actor
from lims.services.reports import images, publishing
from lims.services.reports.publishing import Unpublishable
from pdfcache.errors import RenderError


# A quarter of an hour of patience with a store that is away.
@actor(queue=BACKGROUND, lease_s=60, max_attempts=12, failed=publishing.failed)
def publish_report(job: Job) -> None:
    """Render a finalized report from its snapshot, archive it, and have it delivered."""
    try:
        publishing.publish(job, faults.reach)
    except (RenderError, Unpublishable) as error:
        raise Unretryable(str(error)) from error


@actor(
    queue=INTERACTIVE,
    lease_s=30,
    max_attempts=4,
    failed=images.failed,
    abandoned=images.abandoned,
)
def prepare_image(job: Job) -> None:
    """Check and re-encode an uploaded image, and put it into media."""
    images.prepare(job)
