"""`make run`: the whole laboratory on this machine, for looking at. Its servers, preparations, programs and
environment stand here; config/supervisor.py keeps them running."""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

from config import embedded, guard
from config.console import Console
from config.embedded import files, ports, processes
from config.supervisor import Program, StepFailed, Stopped, Supervisor

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
SERVICES = VAR / "services"
RUN_ENV = VAR / "run.env"
STATIC = VAR / "static"
DEFAULT_PORT = 8000
READY_TIMEOUT_S = 60
WORKERS, BLOCKING_THREADS = 2, 4

DEMO_ACCOUNTS = ("admin", "pathologist", "staff", "vet", "other-vet")
DEMO_PASSWORD = "demo-lamina"  # noqa: S105 (public, and accepted on loopback only)
# Variables that `manage.py` in another terminal needs; the rest has defaults.
SHARED_NAMES = (
    "SECRET_KEY",
    "DEBUG",
    "ALLOWED_HOSTS",
    "SITE_URL",
    "DATABASE_URL",
    "LAMINA_DEMO",
    "MFA_REQUIRED",
)
SHARED_PREFIXES = ("S3_", "RABBITMQ_", "PDF", "EMAIL_", "DEFAULT_FROM_EMAIL", "ARCHIVE_")


class BadPort(Exception):
    """PORT cannot be used; another one can."""


def main() -> int:
    """Run everything until a signal; return the exit code."""
    supervisor = Supervisor(Console())
    supervisor.listen_to_signals()
    try:
        port = chosen_port(os.environ.get("PORT") or str(DEFAULT_PORT))
        files.lock(files.private_folder(SERVICES))
        if not ports.is_free(port):
            raise BadPort(f"Port {port} is in use: stop what listens there, or choose another with PORT.")
        serve(supervisor, port)
    except Stopped:
        return 0
    except (BadPort, StepFailed, embedded.EmbeddedError) as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        supervisor.stop()
    return 0


def chosen_port(text: str) -> int:
    """Return PORT as a number; raise BadPort for what is none."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65_535):
        raise BadPort(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def serve(supervisor: Supervisor, port: int) -> None:
    """Start servers, prepare, start programs, and keep all of it running. Ends only by an exception."""
    servers = embedded.missing_servers(SERVICES)
    for server in servers:
        supervisor.start(server)
    environ = demo_environ(dict(os.environ), embedded.settings(servers), port)
    files.write_private(RUN_ENV, shared_lines(environ))
    try:
        prepare(supervisor, servers, environ)
        for program in programs(environ, port, supervisor.console):
            supervisor.start(program)
        announce(supervisor, environ, port)
        supervisor.wait(lambda: False)
    finally:
        RUN_ENV.unlink(missing_ok=True)


def demo_environ(given: dict[str, str], servers: dict[str, str], port: int) -> dict[str, str]:
    """Return the programs' environment: what is given and not empty wins over servers and demo defaults."""
    defaults = {
        "LAMINA_DEMO": "1",
        "DEBUG": "0",
        "MFA_REQUIRED": "0",
        "SITE_URL": f"http://{ports.LOOPBACK}:{port}",
        "ALLOWED_HOSTS": f"{ports.LOOPBACK},localhost",
        "SECRET_KEY": files.secret(SERVICES / "secret_key"),
        "PYTHONUNBUFFERED": "1",
    }
    given = {name: value for name, value in given.items() if value}
    return defaults | servers | given | {"DJANGO_SETTINGS_MODULE": "config.settings"}


def shared_lines(environ: dict[str, str]) -> str:
    """Return the lines of var/run.env."""
    shared = (n for n in sorted(environ) if n in SHARED_NAMES or n.startswith(SHARED_PREFIXES))
    return "".join(f"{name}={environ[name]}\n" for name in shared)


def prepare(supervisor: Supervisor, servers: list[embedded.Server], environ: dict[str, str]) -> None:
    """Bring files, database, storage and demo laboratory up to date. Raises StepFailed."""
    supervisor.console.say("preparing; the first time takes longer")
    STATIC.mkdir(exist_ok=True)  # granian wants it even if it is empty
    wait_for_servers(supervisor, servers)  # all of them: the demo laboratory's PDFs are warmed at once
    command = [sys.executable, "-m", "config.prepare"]
    supervisor.run_step(Program("prepare", command, environ, ROOT, supervisor.console))


def wait_for_servers(supervisor: Supervisor, servers: list[embedded.Server]) -> None:
    """Return when all servers answer. Raises EmbeddedError with the last words of one that does not."""
    for server in servers:
        if not supervisor.wait(lambda server=server: server.is_ready(), READY_TIMEOUT_S):  # type: ignore[misc]
            raise embedded.EmbeddedError(server.last_words())


def programs(environ: dict[str, str], port: int, console: Console) -> list[Program]:
    """Return the programs of the laboratory; without RabbitMQ the sweeper does the workers' work."""
    commands = {"web": web_command(port)}
    if environ.get("RABBITMQ_URL"):
        commands["worker-interactive"] = manage("work", "interactive")
        commands["worker-background"] = manage("work", "background")
        commands["sweeper"] = manage("sweep_jobs")
    else:
        console.say("no RabbitMQ on this machine: the sweeper runs the jobs itself")
        commands["sweeper"] = manage("sweep_jobs", "--run")
    return [Program(name, command, environ, ROOT, console) for name, command in commands.items()]


def manage(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *words]


def web_command(port: int) -> list[str]:
    """Return granian's command line, which also serves the static files."""
    return [
        *(sys.executable, "-m", "granian", "config.wsgi:application", "--interface", "wsgi"),
        *("--host", ports.LOOPBACK, "--port", str(port), "--http", "1", "--no-ws"),
        *("--workers", str(WORKERS), "--blocking-threads", str(BLOCKING_THREADS)),
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "3"),
        *("--static-path-mount", str(STATIC), "--log-level", "warning"),
    ]


def announce(supervisor: Supervisor, environ: dict[str, str], port: int) -> None:
    """Wait until the laboratory answers, then print the demo accounts and `ready` with the address."""
    address = f"http://{ports.LOOPBACK}:{port}"
    if not supervisor.wait(lambda: answers(f"{address}/healthz"), READY_TIMEOUT_S):
        raise StepFailed(f"The web server does not answer at {address}/healthz.")
    if environ["LAMINA_DEMO"] == "1":
        accounts = " ".join(f"{name}@demo.test" for name in DEMO_ACCOUNTS)
        supervisor.console.say(f"accounts: {accounts}\npassword of each: {DEMO_PASSWORD}")
    supervisor.console.write(f"ready {environ['SITE_URL']}")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):  # noqa: S310 (our own address)
            return True
    except OSError:
        return False


def forget() -> None:
    """Remove what a killed run left in var/run.env, unless another run has taken over."""
    try:
        descriptor = files.lock(SERVICES)
    except (embedded.AlreadyRunning, FileNotFoundError):
        return
    RUN_ENV.unlink(missing_ok=True)
    os.close(descriptor)


def start() -> int:
    """Run `main` under a guard; with `--with-parent`, also stop when whoever started this is gone."""
    if "--with-parent" in sys.argv[1:]:
        processes.die_with_parent(os.getppid(), guard.DEATH_SIGNAL)
    return guard.run_guarded(main, finally_do=forget)


if __name__ == "__main__":
    sys.exit(start())
