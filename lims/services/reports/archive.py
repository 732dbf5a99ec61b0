"""The archive of issued reports: a version counts once it was read back, and can be verified for ever."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from lims.documents.reports import document
from lims.models import Report
from lims.models.reports import ARCHIVED
from pdfcache import store
from pdfcache.errors import StoreError

# A store that is away would otherwise be asked for each of thousands of reports.
UNREADABLE_IN_A_ROW_MAX = 5
READ = ("protocol__number", "version", "archive_key", "archive_version_id", "sha256", "size_bytes")


@dataclass(frozen=True)
class Kept:
    """A version in the archive whose bytes were read back and compared."""

    key: str
    version_id: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Verdict:
    """What reading an issued version again showed; without a problem it is what was issued."""

    name: str
    problem: str = ""


def keep(public_id: str, version: int, pdf: bytes) -> Kept:
    """Put a version's PDF into the archive, read that very object back, and return it once it is the same.

    Raises StoreError. A repeated call leaves one object more, which nothing refers to.
    """
    bucket, timeout_s = settings.S3_ARCHIVE_BUCKET, store.WORKER_READ_TIMEOUT_S
    sha256 = digest(pdf)
    key = f"reports/{public_id}/v{version}-{sha256[:16]}.pdf"
    written = store.put(
        key,
        pdf,
        bucket=bucket,
        metadata={"report": f"{public_id}/{version}"},
        read_timeout_s=timeout_s,
        sha256=sha256,
    )
    if not written.version_id:
        raise StoreError(f"The archive {bucket} keeps no versions; a retry helps once it does.")
    kept = Kept(key, written.version_id, sha256, len(pdf))
    found = store.measure(key, bucket=bucket, version_id=kept.version_id, read_timeout_s=timeout_s)
    if found != store.Measured(kept.sha256, kept.size_bytes):
        raise StoreError(f"The archive gave back other bytes than it got for {key}; a retry helps.")
    return kept


def digest(content: bytes) -> str:
    """Return the SHA-256 in hex by which an issued report is known."""
    return hashlib.sha256(content).hexdigest()


def read(report: Report) -> bytes:
    """Return the very bytes that were issued; raise StoreError, also when they are not the same any more."""
    content = store.get(
        report.archive_key,
        bucket=settings.S3_ARCHIVE_BUCKET,
        version_id=report.archive_version_id,
        read_timeout_s=store.WORKER_READ_TIMEOUT_S,
    )
    if digest(content) != report.sha256:
        raise StoreError(f"The archive's {report.archive_key} is not what was issued; verify the archive.")
    return content


def verify(sample: int | None = None) -> Iterator[Verdict]:
    """Read every issued version again, or so many at random, and compare it with its row; changes nothing.

    Holds one part of one version in memory. Gives up where the store fails for several in a row.
    """
    issued = Report.objects.filter(status__in=ARCHIVED).order_by("?" if sample else "pk")
    failed_in_a_row = 0
    for number, version, key, version_id, sha256, size in issued.values_list(*READ)[:sample].iterator(500):
        try:
            problem = _problem(key, version_id, store.Measured(sha256, size))
            failed_in_a_row = 0
        except StoreError as error:
            problem = str(error)
            failed_in_a_row += 1
        yield Verdict(f"{number} version {version} ({key}, {version_id})", problem)
        if failed_in_a_row == UNREADABLE_IN_A_ROW_MAX:
            yield Verdict("The rest", "was not read: the store failed too often in a row.")
            return


def _problem(key: str, version_id: str, issued: store.Measured) -> str:
    if not version_id:
        return "names no version of its object."
    found = store.measure(
        key,
        bucket=settings.S3_ARCHIVE_BUCKET,
        version_id=version_id,
        read_timeout_s=store.WORKER_READ_TIMEOUT_S,
    )
    if found is None:
        return "is missing."
    if found != issued:
        return f"is not what was issued: {_description(found)} instead of {_description(issued)}."
    return ""


def _description(measured: store.Measured) -> str:
    return f"{measured.size} bytes with SHA-256 {measured.sha256}"


def file_name(number: str, version: int) -> str:
    """Return the name of an issued report's file, without reading what it shows."""
    return document.filename({"number": number, "version": version, "mark": None})
