"""Freezing: what a report says as of a moment, written down for good in one statement."""

import json
import secrets
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from lims.documents.limits import PaperTooLarge, check_lengths, texts_in
from lims.documents.report_rows import Row, read, read_without_texts
from lims.documents.reports import Seal, snapshot_of
from lims.errors import Incomplete
from lims.models import Cassette, Report, ReportCassette
from lims.models.reports import TEXT_FIELDS

TOKEN_BYTES = 16
# Read aloud and typed from paper: nothing in it looks like something else.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12

# The long texts, 200 kB of forty pages, go from their columns into the snapshot without leaving the database.
# Their shape is that of `report_rows.texts`.
TEMPLATE = """
UPDATE {report} AS report
SET status = %(status)s, finalized_at = %(finalized_at)s, changed_at = %(changed_at)s,
    verification_token = %(token)s, verification_code = %(code)s,
    snapshot = jsonb_build_object('texts', jsonb_build_object({texts}), 'cassettes', coalesce((
        SELECT jsonb_agg(jsonb_build_object(
            'code', cassette.code, 'material', cassette.material,
            'observation', said.observation, 'partial_diagnosis', said.partial_diagnosis
        ) ORDER BY said.position)
        FROM {said} AS said JOIN {cassette} AS cassette ON cassette.id = said.cassette_id
        WHERE said.report_id = report.id
    ), '[]')) || %(rest)s::jsonb
WHERE id = %(pk)s
"""
FREEZE = TEMPLATE.format(
    report=Report._meta.db_table,
    said=ReportCassette._meta.db_table,
    cassette=Cassette._meta.db_table,
    texts=", ".join(f"'{name}', report.{name}" for name in TEXT_FIELDS),
)


def rows_to_freeze(report: Report) -> Row:
    """Return the rows that `freeze` needs, of a report that the caller holds locked."""
    # An amendment names its changes, for which the texts have to be compared.
    return read(report.pk) if report.replaces_id else read_without_texts(report)


def freeze(report: Report, at: datetime, rows: Row) -> None:
    """Write down what a report says as of a moment, in its new state, with what verifies it; checks nothing.

    In the caller's transaction, which has moved the report and read its rows. Raises Incomplete for too much
    text for a paper.
    """
    report.finalized_at, report.changed_at = at, timezone.now()
    report.verification_token = secrets.token_hex(TOKEN_BYTES)
    report.verification_code = "".join(secrets.choice(CODE_ALPHABET) for __ in range(CODE_LENGTH))
    shown = snapshot_of(rows, Seal(at, report.verification_token, report.verification_code))
    _check_size(shown, rows)
    with connection.cursor() as cursor:
        cursor.execute(FREEZE, _values(report) | {"rest": json.dumps(shown)})
    # Read again by whoever asks for it.
    report.__dict__.pop("snapshot", None)


def _values(report: Report) -> dict[str, Any]:
    return {
        "pk": report.pk,
        "status": report.status,
        "finalized_at": report.finalized_at,
        "changed_at": report.changed_at,
        "token": report.verification_token,
        "code": report.verification_code,
    }


def _check_size(shown: dict, rows: Row) -> None:
    # Once frozen it can no longer be made smaller, and would fail for ever.
    try:
        check_lengths([*map(len, texts_in(shown)), *rows.get("lengths", ())])
    except PaperTooLarge as error:
        raise Incomplete(_("The report has more text than a paper can have. Shorten it.")) from error
