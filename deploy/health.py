"""`python -m deploy.health`: tells whether a container's program does its work, not only whether it runs.

Docker starts a program again when it ends, not when it hangs; so the check ends one that hangs several
checks in a row. What a dependency's outage causes is reported, and never a reason to end anything.
"""

import argparse
import http.client
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.embedded import processes

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.expressions import CombinedExpression

    from actors.models import Job

WEB_PORT = 8000
TIMEOUT_S = 5
# A worker's process listens to its queue and to the one for delayed messages, over a connection each.
CONNECTIONS = 2
# Added to an actor's own time limit: no healthy worker leaves a due job alone for longer.
SLACK_S = 30
SWEEP_LATE_S = 60
# The sweeper wakes a due job again every 30 s.
WOKEN_LATELY_S = 75
CHECKS_BEFORE_TERM, CHECKS_BEFORE_KILL = 3, 5
ESTABLISHED = "01"


class Unhealthy(Exception):
    """The program does not do its work; ending it helps only if it hangs."""


class Hangs(Unhealthy):
    """The program runs and its dependencies answer, yet nothing happens; a new start helps."""


def main() -> int:
    """Return 0 if the program is healthy; else print one line, and end it if it has hung for long."""
    arguments = _parser().parse_args()
    count = arguments.state / f"{arguments.program}-hangs"
    try:
        CHECKS[arguments.program](arguments)
    except Hangs as problem:
        checks = _counted(count)
        print(f"{problem} (check {checks})", flush=True)
        end(arguments.root_pid, checks)
        return 1
    except Unhealthy as problem:
        print(problem, flush=True)
        return 1
    count.unlink(missing_ok=True)
    return 0


def end(root_pid: int, checks: int) -> None:
    """Ask the program to stop after some checks that found it hanging, and kill it if it does not."""
    if checks >= CHECKS_BEFORE_KILL:
        processes.kill_below(root_pid)
    elif checks >= CHECKS_BEFORE_TERM:
        os.kill(root_pid, signal.SIGTERM)


def check_web(arguments: argparse.Namespace) -> None:
    """Raise Hangs unless the web server answers."""
    site = urlsplit(os.environ["SITE_URL"])
    connection = http.client.HTTPConnection("127.0.0.1", arguments.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/healthz", headers={"Host": site.netloc})
        status = connection.getresponse().status
    except OSError as error:
        raise Hangs(f"The web server does not answer: {type(error).__name__}.") from error
    finally:
        connection.close()
    if status != 200:
        raise Unhealthy(f"The web server answers {status}: is SITE_URL's host among ALLOWED_HOSTS?")


def check_worker(arguments: argparse.Namespace) -> None:
    """Raise Hangs if the worker does not listen to its queue, or leaves jobs alone that it was woken for."""
    _ask_broker()
    found = connections(arguments.root_pid, _broker_port())
    if found < CONNECTIONS:
        raise Hangs(f"The worker has {found} of {CONNECTIONS} connections to RabbitMQ.")
    stalled = stalled_jobs(arguments.queue)
    if stalled:
        raise Hangs(f"{stalled} jobs were woken and not taken up.")


def check_sweeper(arguments: argparse.Namespace) -> None:
    """Raise Hangs if jobs are due for long and the sweeper has not woken them."""
    _ask_broker()
    late = late_jobs()
    if late:
        raise Hangs(f"{late} jobs are due and not woken.")


def connections(root_pid: int, port: int) -> int:
    """Return how many TCP connections the processes below `root_pid` hold to a port, wherever it is."""
    wanted = _sockets_to(port)
    held = [inode for pid in processes.descendants(root_pid) for inode in _sockets_of(pid)]
    return len(wanted.intersection(held))


def stalled_jobs(queue: str) -> int:
    """Return how many due jobs of a queue nobody took up for longer than its time limit, though woken lately.

    None if any job of the queue was begun meanwhile: then the workers are busy, not stuck. Jobs that were
    not woken lately are the sweeper's matter.
    """
    from actors import registry
    from actors.models import Job

    actors = [actor for actor in registry.actors() if actor.queue == queue]
    names = [actor.name for actor in actors]
    limit_s = max(actor.lease_s for actor in actors) * registry.TIME_LIMIT_LEASES + SLACK_S
    if Job.objects.filter(actor__in=names, started_at__gte=_ago(limit_s)).exists():
        return 0
    return _due_since(limit_s).filter(actor__in=names, woken_at__gte=_ago(WOKEN_LATELY_S)).count()


def late_jobs() -> int:
    """Return how many jobs have been due for a while without a wake-up since."""
    from django.db.models import F, Q

    return _due_since(SWEEP_LATE_S).filter(Q(woken_at=None) | Q(woken_at__lt=F("due_at"))).count()


def _due_since(seconds: float) -> "QuerySet[Job]":
    from django.db.models import Case, F, When

    from actors.jobs import due
    from actors.models import Job, JobState

    due_at = Case(When(state=JobState.RUNNING, then=F("lease_until")), default=F("run_after"))
    return Job.objects.alias(due_at=due_at).filter(due(), due_at__lte=_ago(seconds))


def _ago(seconds: float) -> "CombinedExpression":
    from django.db.models.functions import Now

    return Now() - timedelta(seconds=seconds)


def _ask_broker() -> None:
    import django

    django.setup()
    import dramatiq

    try:
        dramatiq.get_broker().ping()  # type: ignore[attr-defined]
    except Exception as error:
        raise Unhealthy(f"RabbitMQ does not answer: {type(error).__name__}.") from error


def _broker_port() -> int:
    from django.conf import settings

    url = urlsplit(settings.RABBITMQ_URL.split(";")[0])
    return url.port or {"amqp": 5672, "amqps": 5671}[url.scheme]


def _sockets_to(port: int) -> set[str]:
    suffix = f":{port:04X}"
    rows = [row for name in ("tcp", "tcp6") for row in _lines(Path("/proc/net") / name)]
    fields = [row.split() for row in rows]
    return {field[9] for field in fields if field[2].endswith(suffix) and field[3] == ESTABLISHED}


def _lines(table: Path) -> list[str]:
    return table.read_text().splitlines()[1:] if table.exists() else []


def _sockets_of(pid: int) -> list[str]:
    try:
        links = [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return []
    return [link[8:-1] for link in links if link.startswith("socket:[")]


def _counted(count: Path) -> int:
    checks = int(count.read_text()) + 1 if count.exists() else 1
    count.write_text(str(checks))
    return checks


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    programs = parser.add_subparsers(dest="program", required=True)
    for name in CHECKS:
        program = programs.add_parser(name)
        program.add_argument("--root-pid", type=int, default=1)
        program.add_argument("--state", type=Path, default=Path("/tmp"))  # noqa: S108 (a tmpfs of this container)
    programs.choices["web"].add_argument("--port", type=int, default=WEB_PORT)
    programs.choices["worker"].add_argument("queue")
    return parser


CHECKS: dict[str, Callable[[argparse.Namespace], None]] = {
    "web": check_web,
    "worker": check_worker,
    "sweeper": check_sweeper,
}

if __name__ == "__main__":
    sys.exit(main())
