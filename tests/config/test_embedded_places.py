"""The keeper in the worst place: a long path under a closed folder, as a user without a name."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.embedded.ports import LOOPBACK
from tests.config.conftest import ROOT
from tests.config.observing import Observed

NAMELESS = ("unshare", "--user", "--map-user=54321", "--map-group=54321")
Facts = dict[Path, tuple[int, int, int]]


class Place:
    """Folders as they were, and the keeper that now works in the innermost."""

    def __init__(self, root: Path) -> None:
        self.person = root / "person"
        self.closed = root / "closed"
        self.deep = self.closed.joinpath(*["a folder with a long name, and blanks"] * 6)
        self.person.mkdir(mode=0o755)
        self.closed.mkdir(mode=0o700)
        self.deep.mkdir(parents=True, mode=0o750)
        self.home = self.deep / "home"
        self.before = self.facts()
        self.keeper = self._keep()
        self.settings = json.loads(self.keeper.wait_for("DATABASE_URL"))

    def facts(self) -> Facts:
        """Return mode and owners of every folder around the data."""
        around = [self.person, *self.deep.parents, self.deep, Path.home()]
        return {path: (path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in around}

    def ports(self) -> list[int]:
        """Return every port that a server was given."""
        kept = [json.loads(file.read_text()) for file in self.home.glob("*/ports.json")]
        return [port for ports in kept for port in ports.values()]

    def _keep(self) -> Observed:
        command = [*NAMELESS, sys.executable, "-m", "config.embedded", str(self.home)]
        none = dict.fromkeys(("DATABASE_URL", "S3_ENDPOINT_URL", "RABBITMQ_URL"), "")
        return Observed(command, self.deep, PYTHONPATH=str(ROOT), HOME=str(self.person), **none)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The place, with all servers ready."""
    made = Place(tmp_path_factory.mktemp("place"))
    yield made
    made.keeper.end()


def test_all_three_are_named(place: Place) -> None:
    wanted = {
        "DATABASE_URL",
        "S3_ENDPOINT_URL",
        "S3_REGION",
        "S3_ACCESS_KEY",
        "S3_SECRET_KEY",
        "RABBITMQ_URL",
    }
    assert place.settings.keys() == wanted
    assert len(str(place.home)) > 200


def test_the_database_works(place: Place) -> None:
    with psycopg.connect(place.settings["DATABASE_URL"]) as connection:
        assert connection.execute("SHOW unix_socket_directories").fetchone() == ("",)


def test_a_wrong_password_is_refused(place: Place) -> None:
    user, _, address = place.settings["DATABASE_URL"].partition("@")
    wrong = user.rpartition(":")[0] + ":wrong@" + address
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_folders_around_keep_mode_and_owner(place: Place) -> None:
    assert place.facts() == place.before


def test_the_persons_home_stays_empty(place: Place) -> None:
    assert list(place.person.iterdir()) == []


def test_secrets_are_for_their_owner_only(place: Place) -> None:
    secrets = [place.home / name for name in ("postgres/password", "s3/secret_key", "rabbitmq/password")]
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}
    assert place.home.stat().st_mode & 0o777 == 0o700


def test_only_loopback_is_listened_to(place: Place) -> None:
    assert len(place.ports()) == 14
    assert listening(place.ports()) == {LOOPBACK}


def listening(numbers: list[int]) -> set[str]:
    """Return the addresses at which somebody listens on these ports, IPv6's loopback counted as IPv4's."""
    wanted = {f"{number:04X}" for number in numbers}
    found = set()
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            address, _, number = row.split()[1].partition(":")
            if number in wanted and row.split()[3] == "0A":
                found.add(address)
    names = {"0100007F": LOOPBACK, "00000000000000000000000001000000": LOOPBACK}
    return {names.get(address, address) for address in found}
