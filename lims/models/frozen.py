"""Triggers that keep what a finalized report says: no service, form or console gets past them."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

import pgtrigger
from pgtrigger import F, Q

# The report's row is locked, so that what is written while somebody finalizes waits, and is then refused. Its
# state is gathered, not filtered by: PostgreSQL filters before it locks, by the state from before the wait.
PARTS = """
IF (
    SELECT bool_or(status <> 'draft')
    FROM (SELECT status FROM {report} WHERE id IN (NEW.report_id, OLD.report_id) FOR SHARE) AS locked
) THEN
    RAISE EXCEPTION 'lims: the report is finalized, so what it says of its cassettes stays';
END IF;
RETURN coalesce(NEW, OLD);
"""


def forbid_update(names: Sequence[str]) -> pgtrigger.Protect:
    """Return the trigger that forbids changing these columns of a report that is no draft."""
    changed = reduce(or_, (Q(**{f"old__{name}__df": F(f"new__{name}")}) for name in names))
    return pgtrigger.Protect(
        name="keep_frozen", operation=pgtrigger.UpdateOf(*names), condition=~Q(old__status="draft") & changed
    )


def forbid_delete() -> pgtrigger.Protect:
    """Return the trigger that forbids deleting a report that is no draft."""
    return pgtrigger.Protect(
        name="keep_finalized", operation=pgtrigger.Delete, condition=~Q(old__status="draft")
    )


def forbid_part_changes(report_table: str) -> pgtrigger.Trigger:
    """Return the trigger that forbids adding, changing and deleting rows of a report that is no draft."""
    return pgtrigger.Trigger(
        name="keep_frozen",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=PARTS.format(report=report_table),
    )
