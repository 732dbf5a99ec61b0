"""A finalized report becomes an issued one: rendered, archived, read back, and only then counted."""

from actors import jobs


def publish(job: jobs.Job) -> None:
    raise NotImplementedError


def abandoned(job: jobs.Job) -> None:
    raise NotImplementedError
