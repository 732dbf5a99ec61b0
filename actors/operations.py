"""Actors of operations: expand into items, run lanes, end a cancelled round."""

from actors.models import Job
from actors.registry import BACKGROUND, actor
from lims.services.operations import lanes

# A short lease: whatever a killed lane held is free at once, and soon somebody goes on with it.
LEASE_S = 15


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=10, on_failed=lanes.on_failed)
def expand_operation(job: Job) -> None:
    """Write one row for each thing of an operation, and start its lanes."""
    lanes.expand(job)


@actor(queue=BACKGROUND, lease_s=LEASE_S, max_attempts=10, on_failed=lanes.on_failed)
def run_lane(job: Job) -> None:
    """Work on chunk after chunk of an operation."""
    lanes.run_lane(job)


@actor(queue=BACKGROUND, lease_s=60, max_attempts=10)
def end_operation(job: Job) -> None:
    """End a cancelled round and notify its requester."""
    lanes.end_cancelled(job)
