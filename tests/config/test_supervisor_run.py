"""`make run`: what it prints, what it starts again, what it refuses."""

import os
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import run as run_module
from config.console import Console
from config.embedded import processes
from config.embedded.ports import choose
from tests.config.conftest import ALONE, Observe, copy_project
from tests.config.observing import Observed


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Observed]:
    """`make run` for the first time in a folder, after it has said that it is ready."""
    folder = copy_project(tmp_path_factory.mktemp("fresh") / "clone")
    process = Observed([sys.executable, "-m", "config.run"], folder, **ALONE, PORT=str(choose(1)[0]))
    try:
        process.wait_for("ready")
        # What the programs say comes when it comes.
        processes.wait_until(lambda: len(doing(process)) == 4, 30)
        yield process
    finally:
        process.end()


def doing(process: Observed) -> list[str]:
    return [line for line in process.lines if "doing" in line]


def test_ready_comes_on_a_line_of_its_own_after_the_accounts(fresh: Observed) -> None:
    (ready,) = [line for line in fresh.lines if line.startswith("ready ")]
    address = ready.partition(" ")[2]
    before = "\n".join(fresh.lines[: fresh.lines.index(ready)])
    assert "vet@demo.test" in before and "demo-lamina" in before
    with urllib.request.urlopen(f"{address}/", timeout=5) as answer:  # noqa: S310 (our own)
        assert answer.read() == b"alive"


def test_every_line_names_its_program(fresh: Observed) -> None:
    named = {tuple(line.split("| doing ")) for line in doing(fresh)}
    assert {(name.strip(), words) for name, words in named} == {
        ("prepare", "preparations"),
        ("worker-interactive", "work interactive"),
        ("worker-background", "work background"),
        ("sweeper", "sweep_jobs"),
    }
    assert all("|" in line for line in fresh.lines if not line.startswith("ready "))


def test_programs_start_when_all_is_prepared(fresh: Observed) -> None:
    assert "preparations" in doing(fresh)[0] and len(doing(fresh)) == 4


def test_another_terminal_finds_the_environment_while_it_runs(run: Observe, clone: Path) -> None:
    process = run(clone)
    process.wait_for("ready")
    shared = clone / "var" / "run.env"
    assert shared.stat().st_mode & 0o777 == 0o600
    names = {line.partition("=")[0] for line in shared.read_text().splitlines()}
    assert names >= {"DATABASE_URL", "S3_SECRET_KEY", "SECRET_KEY", "LAMINA_DEMO", "RABBITMQ_URL"}
    process.send(signal.SIGTERM)
    process.wait()
    assert not shared.exists()


def test_a_dead_program_is_started_again(run: Observe, clone: Path) -> None:
    process = run(clone)
    process.wait_for("ready")
    os.kill(process.pid_of("manage.py", "work interactive"), signal.SIGKILL)
    process.wait_for("worker-interactive ended (SIGKILL)")
    process.wait_for("doing work interactive")


def test_a_dead_web_server_leaves_no_worker_and_is_started_again(
    run: Observe, clone: Path, port: str
) -> None:
    process = run(clone)
    process.wait_for("ready")
    families = processes.children_by_parent()
    (web,) = [pid for pid, line in process.alive().items() if "granian" in line and pid in families]
    workers = families[web]
    os.kill(web, signal.SIGKILL)
    process.wait_for("web ended (SIGKILL)")
    assert processes.wait_until(lambda: not set(workers) & set(process.alive()), 30)
    assert processes.wait_until(lambda: run_module.answers(f"http://127.0.0.1:{port}/"), 30)


def test_a_dead_database_is_started_again_where_it_was(run: Observe, clone: Path) -> None:
    process = run(clone)
    process.wait_for("ready")
    database = process.pid_of("postgres", "port=")
    command = process.alive()[database]
    os.kill(database, signal.SIGKILL)
    process.wait_for("postgres ended (SIGKILL)")
    assert processes.wait_until(lambda: command in process.alive().values(), 30)


def test_a_failed_step_ends_the_run_with_its_words(run: Observe, clone: Path) -> None:
    process = run(clone, FAILING="1")
    assert process.wait() == 1
    process.wait_for("cannot do it")
    process.wait_for("prepare failed.")
    assert process.is_gone()


def test_a_second_run_in_the_same_folder_is_refused_in_one_line(run: Observe, clone: Path) -> None:
    run(clone).wait_for("preparing")
    second = run(clone)
    assert second.wait() == 1
    second.wait_for("Already running")
    assert len(second.lines) == 1
    assert (clone / "var" / "run.env").exists()


def test_two_copies_run_side_by_side(run: Observe, clone: Path, tmp_path: Path) -> None:
    first = run(clone)
    first.wait_for("ready")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        other_port = str(probe.getsockname()[1])
    second = run(copy_project(tmp_path / "other"), PORT=other_port)
    second.wait_for(f"ready http://127.0.0.1:{other_port}")
    assert first.process.poll() is None


def test_a_busy_port_is_refused_in_one_line(run: Observe, clone: Path, port: str) -> None:
    with socket.create_server(("127.0.0.1", int(port))):
        process = run(clone)
        assert process.wait() == 1
    process.wait_for(f"Port {port} is in use")
    assert len(process.lines) == 1


def test_a_malformed_port_is_refused_in_one_line(run: Observe, clone: Path) -> None:
    process = run(clone, PORT="80a")
    assert process.wait() == 1
    process.wait_for("PORT must be a number")
    assert len(process.lines) == 1


def test_without_a_broker_the_sweeper_runs_the_jobs() -> None:
    alone = run_module.programs({}, 8000, Console())
    assert [program.name for program in alone] == ["web", "sweeper"]
    assert alone[1].command[-1] == "--run"
    full = run_module.programs({"RABBITMQ_URL": "amqp://127.0.0.1"}, 8000, Console())
    assert [p.name for p in full] == ["web", "worker-interactive", "worker-background", "sweeper"]
    assert full[-1].command[-1] == "sweep_jobs"
