"""Why jobs fail, in plain words: one sentence for each code that the ledger writes."""

from django.utils.translation import gettext_lazy as _

from actors.models import Job

REASONS = {
    "StoreError": _("The documents' store did not answer. Trying again helps once it is back."),
    "RenderError": _(
        "The document could not be drawn. Trying again helps only after its data was put right."
    ),
    "Unpublishable": _(
        "The document could not be made one that lasts. Trying again helps only after its data was put right."
    ),
    "MailServerAway": _(
        "The mail server is away, busy or asks for patience. Trying again helps once it takes mail."
    ),
    "Unretryable": _("What the job was about is gone. Trying again does not help."),
    "WorkerLost": _(
        "The worker stopped in the middle, each time. If it happens again, the job itself ends it."
    ),
    "UnknownActor": _("This version of the program no longer knows this work. Trying again does not help."),
    "TimeLimitExceeded": _(
        "The work took too long and was stopped. Trying again may help when less is going on."
    ),
    "OperationalError": _("The database did not answer. Trying again helps once it is back."),
    "InterfaceError": _("The database did not answer. Trying again helps once it is back."),
    "PoolTimeout": _("The database had no connection free. Trying again helps when less is going on."),
    "MemoryError": _("The worker ran out of memory. Trying again may help when less is going on."),
    "OSError": _(
        "The machine refused to read or write, as when its disk is full. See to it, then try again."
    ),
}
UNFORESEEN = _("Something happened that nobody foresaw. Try again; if it fails again, tell the developers.")


def reason(job: Job) -> str:
    """Return why a job failed last, in the reader's language, or nothing if it did not."""
    return str(REASONS.get(job.error_code, UNFORESEEN)) if job.error_code else ""
