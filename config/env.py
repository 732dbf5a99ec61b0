"""Typed reading of environment variables, which fails with one line that names the variable."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

BASE_DIR = Path(__file__).resolve().parent.parent
RUN_ENV = BASE_DIR / "var" / "run.env"


class EnvError(SystemExit):
    """A variable is missing or malformed; no retry helps until it is set right.

    A SystemExit, so that every program that loads the settings ends with one line and status 1.
    """

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


def read_run_env(path: Path = RUN_ENV) -> None:
    """Take the environment of a running `make run`, unless DATABASE_URL says that this is elsewhere."""
    if "DATABASE_URL" in os.environ or not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, separator, value = line.partition("=")
        if separator:
            os.environ.setdefault(name, value)


def text(name: str, default: str | None = None) -> str:
    """Return the variable, or `default` where it is unset or empty; raise EnvError if there is neither."""
    value = os.environ.get(name, "")
    if value:
        return value
    if default is None:
        raise EnvError(name, "is required and not set")
    return default


def integer(name: str, default: int, minimum: int = 0, maximum: int = 2**31) -> int:
    """Return the variable as an integer within bounds, or `default` where it is unset or empty."""
    value = optional_integer(name, minimum, maximum)
    return default if value is None else value


def optional_integer(name: str, minimum: int = 0, maximum: int = 2**31) -> int | None:
    """Return the variable as an integer within bounds, or None where it is unset or empty."""
    value = os.environ.get(name, "")
    if not value:
        return None
    if not value.isascii() or not value.isdigit():
        raise EnvError(name, f"must be a whole number, not {value!r}")
    if not minimum <= int(value) <= maximum:
        raise EnvError(name, f"must be between {minimum} and {maximum}, not {value}")
    return int(value)


def flag(name: str, default: bool) -> bool:
    """Return the variable as a truth value; 1, true, yes, on and their opposites are understood."""
    value = os.environ.get(name, "").lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    if value:
        raise EnvError(name, f"must be 1 or 0, not {value!r}")
    return default


def words(name: str, default: list[str]) -> list[str]:
    """Return the variable split at commas, or `default` where it is unset or empty."""
    value = os.environ.get(name, "")
    return [word.strip() for word in value.split(",") if word.strip()] or default


def choice(name: str, choices: tuple[str, ...]) -> str:
    """Return the variable, which must be one of `choices`; the first of them where it is unset or empty."""
    value = text(name, choices[0])
    if value not in choices:
        raise EnvError(name, f"must be {' or '.join(choices)}, not {value!r}")
    return value


def time_zone(name: str, default: str) -> str:
    """Return the variable, which must name a time zone of the IANA database."""
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise EnvError(name, f"must be a time zone such as {default}, not {value!r}") from None
    return value


def url(name: str, schemes: tuple[str, ...], default: str | None = None) -> str:
    """Return the variable as a URL with a host and one of the schemes, without a trailing slash."""
    value = text(name, default)
    for part in value.split(";"):
        _check_url(name, part, schemes)
    return value.rstrip("/")


def database(name: str) -> dict[str, Any]:
    """Return the connection part of Django's DATABASES entry from a postgresql:// URL."""
    value = text(name)
    _check_url(name, value, ("postgres", "postgresql"), needs_host=False)
    parts = urlsplit(value)
    if not parts.path.strip("/"):
        raise EnvError(name, "must end with the name of a database")
    options = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.pop("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": {key: unquote(option) for key, option in options.items()},
    }


def email(name: str, default: str) -> dict[str, Any]:
    """Return Django's EMAIL_* settings from console:// or smtp(s)://user:password@host:port."""
    value = text(name, default)
    _check_url(name, value, ("smtp", "smtps", "smtp+tls", "console"), needs_host=False)
    parts = urlsplit(value)
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if not parts.hostname:
        raise EnvError(name, "must name a host, as in smtp://host:25")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
    }


def _check_url(name: str, value: str, schemes: tuple[str, ...], needs_host: bool = True) -> None:
    expected = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(value)
        valid = parts.scheme in schemes and (parts.hostname or not needs_host) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        # The value may hold a password, so it is not repeated.
        raise EnvError(name, f"must be a URL that starts with {expected}")
