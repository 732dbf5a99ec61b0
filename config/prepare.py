"""Brings files, storage, database and demo laboratory up to date before the programs of `make run` start.
One process for all steps, because starting Django takes longer than most of them."""

import os
import sys

STEPS = (
    ("check",),
    ("compile_translations",),
    ("collectstatic", "--no-input", "--verbosity", "0"),
    ("prepare_storage",),
    ("migrate", "--verbosity", "0"),
    ("seed_demo", "--protocols", "300", "--seed", "1"),
    # Issues the demo's reports and warms its orders' PDFs before it opens.
    ("sweep_jobs", "--once", "--run"),
)


def main() -> int:
    """Do every step; return 1, after naming it, when one fails. All of them may be done again."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import CommandError, call_command

    django.setup()
    for name, *options in STEPS:
        try:
            call_command(name, *options)
        except CommandError as problem:
            print(f"{name} failed: {problem}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
