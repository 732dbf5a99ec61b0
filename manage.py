#!/usr/bin/env python
"""Django's command line. Beside a running `make run` it uses that laboratory's environment."""

import os
import sys

from config import env


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    env.read_run_env()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
