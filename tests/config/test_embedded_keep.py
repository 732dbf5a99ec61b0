"""The keeper of a test run's servers: where it can work, what it touches, and that it leaves nothing."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from config.embedded import cleanup
from config.embedded.seaweedfs import sockets
from tests.config.conftest import ROOT, Observe
from tests.config.observing import Observed
from tests.processes import wait_until

# Everything is started, whatever servers this test run itself has.
NOTHING_NAMED = dict.fromkeys(("DATABASE_URL", "S3_ENDPOINT_URL", "RABBITMQ_URL"), "")
WITHOUT_BROKER = NOTHING_NAMED | {"RABBITMQ_URL": "amqp://127.0.0.1:1"}
KEEPER = (sys.executable, "-m", "config.embedded")
ORDINARY = ("unshare", "--user", "--map-user=1234", "--map-group=1234") if os.geteuid() == 0 else ()


def keep(observe: Observe, home: Path, *prefix: str, **environ: str) -> Observed:
    """Start a keeper for `home`, observed by what works inside that folder."""
    home.mkdir(parents=True, exist_ok=True)
    return observe([*prefix, *KEEPER, str(home)], home, PYTHONPATH=str(ROOT), **(NOTHING_NAMED | environ))


def settings(keeper: Observed) -> dict[str, str]:
    """Return what the keeper prints when all servers are ready."""
    return json.loads(keeper.wait_for("DATABASE_URL"))


def test_all_ends_with_the_input(observe: Observe, tmp_path: Path) -> None:
    keeper = keep(observe, tmp_path / "home", **WITHOUT_BROKER)
    settings(keeper)
    left_behind = sockets(json.loads((tmp_path / "home" / "s3" / "ports.json").read_text()))
    # The server makes some of them after it has begun to answer.
    wait_until(lambda: all(socket.exists() for socket in left_behind), "the server makes its sockets")
    keeper.process.stdin.close()  # type: ignore[union-attr]
    assert keeper.wait() == 0
    assert not keeper.alive() and not (tmp_path / "home").exists()
    assert [socket for socket in left_behind if socket.exists()] == []


@pytest.mark.parametrize("whom", ["guard", "keeper", "both"])
def test_kill_9_leaves_no_server(observe: Observe, tmp_path: Path, whom: str) -> None:
    """The broker, slowest to start, is there for the worst of the three: when nobody is left to end it."""
    broker = whom == "both"
    keeper = keep(observe, tmp_path / "home", **({} if broker else WITHOUT_BROKER))
    settings(keeper)
    started = {"postgres", "weed", "beam.smp", "epmd"} if broker else {"postgres", "weed"}
    assert started <= {name_of(line) for line in keeper.alive().values()}
    pids = {"guard": [keeper.process.pid], "keeper": [keeper.child()]}
    pids["both"] = pids["guard"] + pids["keeper"]
    for pid in pids[whom]:
        os.kill(pid, signal.SIGKILL)
    assert keeper.is_gone()


def name_of(line: str) -> str:
    """Return the program's name in a command line."""
    return Path(line.split()[0].rstrip(":")).name


def test_a_folder_in_use_is_refused(observe: Observe, tmp_path: Path) -> None:
    settings(keep(observe, tmp_path / "home", **WITHOUT_BROKER))
    second = keep(observe, tmp_path / "home", **WITHOUT_BROKER)
    assert second.wait() == 1
    second.wait_for("Already running")
    assert (tmp_path / "home" / "postgres").exists()


def test_abandoned_folders_are_removed_and_used_ones_kept(observe: Observe, tmp_path: Path) -> None:
    settings(keep(observe, tmp_path / "test-used", **WITHOUT_BROKER))
    abandoned = tmp_path / "test-abandoned"
    abandoned.mkdir()
    (abandoned / "lock").touch()
    cleanup.remove_abandoned(tmp_path)
    assert not abandoned.exists()
    assert (tmp_path / "test-used" / "postgres").exists()
