"""Freezing: the content of a report as of a moment, kept for good.

Its long texts, 200 kB of forty pages, are in their columns already and stay there, where nothing can change
them any more; all else that its PDF shows is written into its snapshot.
"""

import secrets
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from lims.documents.paper.limits import PaperTooLarge, check_lengths, texts_in
from lims.documents.reports.document import Seal, snapshot_of, without_texts
from lims.documents.reports.rows import Row, read, read_without_texts
from lims.errors import Incomplete
from lims.models import Report

TOKEN_BYTES = 16
# Read aloud and typed from paper: nothing in it looks like something else.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12
FROZEN = ("status", "snapshot", "finalized_at", "changed_at", "verification_token", "verification_code")


def rows_to_freeze(report: Report) -> Row:
    """Return the rows that `freeze` needs, of a report that the caller holds locked."""
    # An amendment names its changes, for which the texts have to be compared.
    return read(report.pk) if report.replaces_id else read_without_texts(report)


def freeze(report: Report, at: datetime, rows: Row) -> None:
    """Write a report's snapshot as of a moment, with what verifies it, in its new state; checks nothing.

    In the caller's transaction, which has moved the report and read its rows. Raises Incomplete for too much
    text for a PDF.
    """
    report.finalized_at, report.changed_at = at, timezone.now()
    report.verification_token = secrets.token_hex(TOKEN_BYTES)
    report.verification_code = "".join(secrets.choice(CODE_ALPHABET) for __ in range(CODE_LENGTH))
    shown = snapshot_of(rows, Seal(at, report.verification_token, report.verification_code))
    _check_size(shown, rows)
    report.snapshot = without_texts(shown)
    report.save(update_fields=FROZEN)


def _check_size(shown: dict, rows: Row) -> None:
    # Once frozen it can no longer be made smaller, and would fail for ever.
    try:
        check_lengths([*map(len, texts_in(shown)), *rows.get("lengths", ())])
    except PaperTooLarge as error:
        raise Incomplete(_("The report has more text than a paper can have. Shorten it.")) from error
