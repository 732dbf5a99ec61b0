"""The health checks that containers run: healthy, hanging and cut off are told apart, and a hang is ended."""

import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from actors.models import Job, JobState
from deploy import health
from tests import processes
from tests.processes import Program, wait_until
from tests.proxy import closed_port

IDLE = "import time\nwhile True: time.sleep(60)"
DEAF = f"import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\n{IDLE}"


def check(tmp_path, root_pid: int, *words: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a check as a container would, on the programs below a process."""
    options = ["--root-pid", str(root_pid), "--state", str(tmp_path)]
    command = [sys.executable, "-m", "deploy.health", *words, *options]
    environ = processes.environment(**changes)
    return subprocess.run(
        command, cwd=processes.ROOT, env=environ, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def programs():
    started: list[Program] = []
    yield started
    for program in started:
        program.stop()


@pytest.fixture
def idle(programs):
    """A program that runs and does nothing."""
    programs.append(Program("-c", IDLE))
    return programs[0]


def job(**fields) -> Job:
    """Return a job that has been due for an hour and was woken a moment ago."""
    hour_ago = timezone.now() - timedelta(hours=1)
    due = {"actor": "render_pdf", "ref": "r", "run_after": hour_ago, "armed_at": hour_ago}
    return Job.objects.create(**due | {"woken_at": timezone.now()} | fields)


def test_a_listening_worker_is_healthy(tmp_path, transactional_db, programs):
    programs.append(processes.worker("interactive"))
    pid = programs[0].process.pid
    wait_until(lambda: check(tmp_path, pid, "worker", "interactive").returncode == 0, "the worker is healthy")


def test_a_worker_that_does_not_listen_hangs(tmp_path, transactional_db, idle):
    result = check(tmp_path, idle.process.pid, "worker", "interactive")
    assert result.returncode == 1
    assert "0 of 2 connections to RabbitMQ" in result.stdout


def test_a_broker_that_is_away_ends_no_worker(tmp_path, transactional_db, idle):
    for _ in range(health.CHECKS_BEFORE_TERM):
        away = f"amqp://127.0.0.1:{closed_port()}"
        result = check(tmp_path, idle.process.pid, "worker", "interactive", RABBITMQ_URL=away)
        assert result.returncode == 1 and "RabbitMQ does not answer" in result.stdout
    assert idle.process.poll() is None


def test_a_hanging_program_is_asked_to_stop_at_its_third_check(tmp_path, transactional_db, idle):
    for _ in range(health.CHECKS_BEFORE_TERM - 1):
        check(tmp_path, idle.process.pid, "worker", "interactive")
    assert idle.process.poll() is None
    check(tmp_path, idle.process.pid, "worker", "interactive")
    assert idle.process.wait(10) == -signal.SIGTERM


def test_a_program_that_ignores_the_signal_is_killed(programs):
    parent = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {DEAF!r}])"
    programs.append(Program("-c", parent).says("deaf"))
    health.end(programs[0].process.pid, health.CHECKS_BEFORE_KILL)
    assert programs[0].process.wait(10) == 0  # its child was killed, and it ended by itself


def test_a_healthy_check_forgets_earlier_hangs(tmp_path, monkeypatch):
    def run(problem: Exception | None) -> int:
        def checked(_arguments) -> None:
            if problem:
                raise problem

        monkeypatch.setitem(health.CHECKS, "web", checked)
        return health.main()

    monkeypatch.setattr(sys, "argv", ["health", "web", "--state", str(tmp_path)])
    ended = []
    monkeypatch.setattr(health, "end", lambda pid, checks: ended.append(checks))
    codes = [run(problem) for problem in (health.Hangs("h"), health.Hangs("h"), None, health.Hangs("h"))]
    assert codes == [1, 1, 0, 1] and ended == [1, 2, 1]


def test_a_web_server_that_is_away_hangs(tmp_path, idle):
    result = check(tmp_path, idle.process.pid, "web", "--port", str(closed_port()))
    assert result.returncode == 1 and "does not answer" in result.stdout


def test_woken_jobs_that_nobody_takes_up_are_stalled(db):
    job()
    assert health.stalled_jobs("interactive") == 1
    assert health.stalled_jobs("background") == 0


def test_an_expired_lease_that_nobody_takes_up_is_stalled(db):
    hour_ago = timezone.now() - timedelta(hours=1)
    lease = {"token": "00000000-0000-4000-8000-000000000000", "lease_until": hour_ago, "started_at": hour_ago}
    job(state=JobState.RUNNING, **lease)
    assert health.stalled_jobs("interactive") == 1


def test_busy_workers_are_not_stalled(db):
    job()
    job(ref="other", state=JobState.DONE, started_at=timezone.now())
    assert health.stalled_jobs("interactive") == 0


def test_jobs_that_were_not_woken_are_the_sweepers_matter(db):
    job(woken_at=None)
    assert health.stalled_jobs("interactive") == 0
    assert health.late_jobs() == 1


def test_woken_and_later_jobs_are_not_late(db):
    job()
    job(ref="later", run_after=timezone.now() + timedelta(hours=1), woken_at=None)
    job(ref="done", state=JobState.DONE, woken_at=None)
    assert health.late_jobs() == 0


def test_a_sweeper_that_does_not_sweep_hangs(tmp_path, transactional_db, idle):
    job(woken_at=None)
    result = check(tmp_path, idle.process.pid, "sweeper")
    assert result.returncode == 1 and "1 jobs are due and not woken" in result.stdout


def test_a_sweeper_with_nothing_to_do_is_healthy(tmp_path, transactional_db, idle):
    assert check(tmp_path, idle.process.pid, "sweeper").returncode == 0
