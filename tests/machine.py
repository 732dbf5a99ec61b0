"""What the tests need of the machine beside Python packages, and how to get it: the one list of packages.

`python -m tests.machine` installs what is missing, where it may, and says what to do where it may not.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from config.embedded.compose import engine_answers
from config.embedded.rabbitmq import find_program

INSTALL_TIMEOUT_S = 900


@dataclass(frozen=True)
class Need:
    """Programs (any one of them will do) and the Debian package that has them."""

    programs: tuple[str, ...]
    package: str


RABBITMQ = Need(("rabbitmq-server",), "rabbitmq-server")
NEEDS = (
    RABBITMQ,
    Need(("chromium", "chromium-browser", "google-chrome"), "chromium"),
    Need(("pdftoppm",), "poppler-utils"),
    Need(("qpdf",), "qpdf"),
    Need(("pgbouncer", "/usr/sbin/pgbouncer"), "pgbouncer"),
)


def main() -> int:
    """Install what is missing; return 1 after a message if something stays missing."""
    missing = [need for need in NEEDS if not is_met(need)]
    if missing and may_install():
        install([need.package for need in missing])
        missing = [need for need in missing if not is_met(need)]
    missing = [need for need in missing if need is not RABBITMQ or not engine_answers()]
    if missing:
        packages = " ".join(need.package for need in missing)
        print(f"The tests need programs that are not here: apt-get install {packages}", file=sys.stderr)
    return 1 if missing else 0


def is_met(need: Need) -> bool:
    """Tell whether this machine, or the environment, has what is needed."""
    if need is RABBITMQ:
        return bool(os.environ.get("RABBITMQ_URL") or find_program())
    return any(shutil.which(program) for program in need.programs)


def may_install() -> bool:
    """Tell whether this is root on a machine with apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str]) -> None:
    """Install Debian packages, without starting the services that come with them."""
    print(f"Installing {' '.join(packages)} with apt-get.", flush=True)
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for words in (["update", "-qq"], ["install", "-qq", "--no-install-recommends", *packages]):
        command = ["apt-get", "-y", *words]
        subprocess.run(command, env=environ, timeout=INSTALL_TIMEOUT_S, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
