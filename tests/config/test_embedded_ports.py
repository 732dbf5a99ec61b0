"""Ports for local servers: what one process has chosen no other chooses before a server listens there."""

import subprocess
import sys

from config.embedded import ports
from tests.config.conftest import ROOT

CHOOSE = "from config.embedded import ports; ports.LOWEST = ports.HIGHEST = {port}; print(ports.choose(1))"


def test_chosen_port_is_nobody_elses_choice(tmp_path):
    (mine,) = ports.choose(1)
    command = [sys.executable, "-c", CHOOSE.format(port=mine)]
    other = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ports.is_free(mine)
    assert other.returncode != 0 and "StopIteration" in other.stderr
    elsewhere = subprocess.run(
        command, cwd=ROOT, env={"TMPDIR": str(tmp_path)}, capture_output=True, text=True
    )
    assert elsewhere.stdout == f"[{mine}]\n"
