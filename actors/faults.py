"""Failpoints, at which a drill makes a process kill itself. Only test settings define FAULT."""

import os
import signal

from django.conf import settings


def failpoint(point: str) -> None:
    """Kill this process with SIGKILL if the settings name this point; else do nothing."""
    if getattr(settings, "FAULT", "") == point:
        os.kill(os.getpid(), signal.SIGKILL)
