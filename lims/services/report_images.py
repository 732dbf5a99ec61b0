"""Micrographs of a draft: taken in, made printable by a job, described, ordered, removed."""

from actors import jobs


def prepare(job: jobs.Job) -> None:
    raise NotImplementedError


def abandoned(job: jobs.Job) -> None:
    raise NotImplementedError
