"""The errors of background work, each with a sentence that says whether a retry helps."""


class JobError(Exception):
    """Base of the ledger's errors."""


class NotInTransaction(JobError):
    """A job was enqueued outside the transaction that causes it; no retry helps, the code is wrong."""


class UnknownActor(JobError):
    """No actor has this name; no retry helps."""


class LeaseLost(JobError):
    """Another worker took the job over; this one must stop, and a retry is under way already."""


class Unretryable(JobError):
    """The work can never succeed as it was asked for; no retry helps."""


class BrokerAway(JobError):
    """RabbitMQ does not answer; the sweeper retries the wake-up by itself."""
