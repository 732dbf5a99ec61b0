"""Writes who opened which document."""

from django.db import connection

from lims.models import DocumentAccess, User

# The one write of a look-up must not wait for the disk: a crash of the database may lose the accesses of
# its last moments, never a document or a job. Setting it in the statement spares a transaction's round trips.
RECORD = """
INSERT INTO {table} (kind, document_pk, user_id, at, outcome)
SELECT %s, %s, %s, statement_timestamp(), %s FROM set_config('synchronous_commit', 'off', true)
"""


def record(user: User, kind: str, pk: int, outcome: DocumentAccess.Outcome) -> None:
    """Note that a user was given a document; each call is one more access."""
    with connection.cursor() as cursor:
        cursor.execute(RECORD.format(table=DocumentAccess._meta.db_table), [kind, pk, user.pk, outcome])
