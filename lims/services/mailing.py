"""Sends one delivery over SMTP, so that its state is true whatever breaks in between."""

from actors import jobs


def send(job: jobs.Job) -> None:
    raise NotImplementedError


def abandoned(job: jobs.Job) -> None:
    raise NotImplementedError
