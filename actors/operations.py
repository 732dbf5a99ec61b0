"""Actors of operations: expand into items, run lanes, end a cancelled round."""

from actors.models import Job
from actors.registry import BACKGROUND, actor
from lims.services import operation_running

# A short lease: whatever a killed lane held is free at once, and soon somebody goes on with it.
LEASE_S = 15


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=10, on_failed=operation_running.on_failed)
def expand_operation(job: Job) -> None:
    """Write one row for each thing of an operation, and start its lanes."""
    operation_running.expand(job)


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=10, on_failed=operation_running.on_failed)
def run_lane(job: Job) -> None:
    """Work on chunk after chunk of an operation."""
    operation_running.run_lane(job)


@actor(queue=BACKGROUND, lease_s=60, max_attempts=10)
def end_operation(job: Job) -> None:
    """End a cancelled round and notify its requester."""
    operation_running.end_cancelled(job)
