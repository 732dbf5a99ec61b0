"""Makes a report's PDF one for the archive, PDF/A-2b: the same bytes for the same input, and validated."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # else imported where it is used: 25 MiB that only workers need
    from pikepdf import Pdf

FLAVOUR = "2b"


class NotArchivable(ValueError):
    """The PDF is not one that lasts, for the reasons given; a retry does not help, another content does."""


def archival(pdf: bytes, snapshot: Mapping) -> bytes:
    """Return the PDF as validated PDF/A-2b, dated when its report was finalized; raise NotArchivable.

    The same bytes for the same input, in every process.
    """
    import pikepdf
    from pikepdf import pdfa

    finalized_at = datetime.fromisoformat(snapshot["finalized_at"])
    with pikepdf.open(io.BytesIO(pdf)) as document:
        _date(document, finalized_at)
        pdfa.prepare(document, FLAVOUR)
        _date_metadata(document, finalized_at)
        settings = pdfa.resolve_save_kwargs(FLAVOUR, deterministic_id=True)
        buffer = io.BytesIO()
        document.save(buffer, **settings)
    _validate(buffer)
    return buffer.getvalue()


def pages(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def _date(document: "Pdf", at: datetime) -> None:
    from pikepdf.models.metadata import encode_pdf_date

    for name in ("/CreationDate", "/ModDate"):
        document.docinfo[name] = encode_pdf_date(at)
    for page in document.pages:
        if "/Trans" in page:
            del page["/Trans"]  # ReportLab's empty transition, which PDF/A forbids


def _date_metadata(document: "Pdf", at: datetime) -> None:
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["xmp:MetadataDate"] = at.astimezone(UTC).isoformat()


def _validate(written: io.BytesIO) -> None:
    from pikepdf import pdfa

    written.seek(0)
    report = pdfa.validate_written(written, FLAVOUR)
    if not report.passed:
        raise NotArchivable(f"{report.summary(5)}; a retry does not help.")
