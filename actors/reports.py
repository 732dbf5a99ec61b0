"""Actors of reports: archive a finalized one, and make uploaded images printable."""

from actors.errors import Unretryable
from actors.models import Job
from actors.registry import BACKGROUND, INTERACTIVE, actor
from lims.services.reports import images, publishing
from lims.services.reports.publishing import Unpublishable
from pdfcache.errors import RenderError


# Twelve attempts bridge a quarter of an hour without the store.
@actor(queue=BACKGROUND, lease_s=60, max_attempts=12, on_failed=publishing.on_failed)
def publish_report(job: Job) -> None:
    """Render a finalized report from its snapshot, archive it, and have it delivered."""
    try:
        publishing.publish(job)
    except (RenderError, Unpublishable) as error:
        raise Unretryable(str(error)) from error


@actor(
    queue=INTERACTIVE,
    lease_s=30,
    max_attempts=4,
    on_failed=images.on_failed,
    on_worker_lost=images.on_worker_lost,
)
def prepare_image(job: Job) -> None:
    """Check and re-encode an uploaded image, and put it into media."""
    images.prepare(job)
