"""Runs every check of `make lint`, also after one has failed, and names the failed ones at the end."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# Variables that a real installation would set. Nothing here is ever connected to.
DEPLOYMENT = {
    "SITE_URL": "https://lamina.example",
    "ALLOWED_HOSTS": "lamina.example",
    "DATABASE_URL": "postgres://lamina:unused@127.0.0.1:1/lamina",
    "RABBITMQ_URL": "amqp://lamina:unused@127.0.0.1:1/",
    "S3_ENDPOINT_URL": "http://127.0.0.1:1",
    "S3_ACCESS_KEY": "unused",
    "S3_SECRET_KEY": "unused",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}
MANAGE = (sys.executable, "manage.py")
CHECKS = {
    "ruff check": (BIN / "ruff", "check", "."),
    "ruff format": (BIN / "ruff", "format", "--check", "."),
    "mypy": (BIN / "mypy",),
    "import contract": (BIN / "lint-imports",),
    "old names": (sys.executable, "scripts/old_names.py"),
    "djlint": (BIN / "djlint", "templates", "--lint", "--quiet"),
    "check --deploy": (*MANAGE, "check", "--deploy", "--fail-level", "WARNING"),
    "makemigrations": (*MANAGE, "makemigrations", "--check", "--dry-run"),
    "missing_translations": (*MANAGE, "missing_translations"),
}


def main() -> int:
    """Return 1 if a check failed."""
    environ = {n: v for n, v in os.environ.items() if n not in ("LAMINA_DEMO", "DEBUG")}
    environ |= DEPLOYMENT | {"SECRET_KEY": secrets.token_urlsafe(50)}
    failed = [name for name, command in CHECKS.items() if not passes(name, command, environ)]
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: all checks passed", flush=True)
    return 1 if failed else 0


def passes(name: str, command: tuple[str | Path, ...], environ: dict[str, str]) -> bool:
    """Run one check under its name."""
    print(f"--- {name}", flush=True)
    return subprocess.run(command, cwd=ROOT, env=environ).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
