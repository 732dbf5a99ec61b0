"""Opens a report's PDF: the issued bytes out of the archive, or the author's preview of a draft."""

from dataclasses import dataclass

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from actors import jobs
from lims.documents.reports import document
from lims.errors import NotAllowed
from lims.models import DocumentAccess, ReportStatus, User
from lims.services.pdfs import access_log, opening
from lims.services.reports import access, archive
from lims.services.reports.drawing import draw
from lims.services.reports.publishing import publishing_job
from pdfcache import store
from pdfcache.errors import StoreError

log = structlog.get_logger(__name__)

COLUMNS = (
    "status",
    "version",
    "protocol__number",
    "author__staff_member__user",
    "archive_key",
    "archive_version_id",
    "sha256",
    "size_bytes",
)


@dataclass(frozen=True)
class IssuedPdf:
    """The issued PDF; the URL opens that very version once, within minutes."""

    url: str


@dataclass(frozen=True)
class Publishing:
    """The report is finalized and this job issues it, or has failed to."""

    job: jobs.Job | None


@dataclass(frozen=True)
class Preview:
    """What a draft would look like, drawn in the request and kept nowhere."""

    content: bytes
    filename: str


Opened = IssuedPdf | Publishing | Preview


def open_report(user: User, pk: int) -> Opened:
    """Return a report's PDF as far as this user may see it; an issued one's opening is recorded.

    The vet sees what was issued, the laboratory also what is being issued, and a draft its author alone.
    Raises NotVisible, NotAllowed for a colleague's draft, StoreError while the archive does not give the
    issued version, RenderError, and Busy while too much is drawn in requests.
    """
    row = access.row(user, pk, COLUMNS)
    match row["status"]:
        case ReportStatus.DRAFT:
            return _preview(user, pk, row)
        case ReportStatus.FINALIZED:
            return Publishing(publishing_job(pk))
    return _archived(user, pk, row)


def _archived(user: User, pk: int, row: dict) -> IssuedPdf:
    _check_is_there(row)
    access_log.record(user, document.KIND, pk, DocumentAccess.Outcome.HIT)
    url = store.presign(
        row["archive_key"],
        archive.file_name(row["protocol__number"], row["version"]),
        settings.PDF_URL_TTL_S,
        bucket=settings.S3_ARCHIVE_BUCKET,
        version_id=row["archive_version_id"],
    )
    return IssuedPdf(url)


def _check_is_there(row: dict) -> None:
    """Never lead into nothing. While the archive is away, or lacks the version, nothing is rendered anew."""
    key, version_id = row["archive_key"], row["archive_version_id"]
    found = store.stat(key, bucket=settings.S3_ARCHIVE_BUCKET, version_id=version_id)
    if found is None or (found.size, found.sha256) != (row["size_bytes"], row["sha256"]):
        log.error("the archive is damaged", key=key, version_id=version_id, found=found is not None)
        raise StoreError(f"The archive does not hold {key} as it was issued; verify the archive.")


def _preview(user: User, pk: int, row: dict) -> Preview:
    if row["author__staff_member__user"] != user.pk:
        raise NotAllowed(_("A draft is seen by its author alone."))
    with opening.drawing_in_request():
        shown = document.snapshot(pk)
        return Preview(draw(shown), document.filename(shown))
