"""compose.yaml as Compose would resolve it, with the variables filled in from an environment."""

import re
import subprocess
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "compose.yaml").read_text()
RAW = yaml.safe_load(TEXT)["services"]
PROGRAMS = ("prepare", "web", "worker-interactive", "worker-background", "sweeper")
LONG_RUNNING = sorted(name for name, service in RAW.items() if service["restart"] == "unless-stopped")
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<operator>:[?-])(?P<rest>[^}]*))?\}")


class Missing(Exception):
    """A variable that compose.yaml demands is not set."""


def resolve(text: str, environ: dict[str, str]) -> str:
    """Return the text with every ${NAME}, ${NAME:-default} and ${NAME:?message} replaced; raise Missing."""

    def value(match: re.Match[str]) -> str:
        given = environ.get(match["name"], "")
        if not given and match["operator"] == ":?":
            raise Missing(match["name"])
        return given or (match["rest"] or "" if match["operator"] == ":-" else "")

    return VARIABLE.sub(value, text)


@cache
def example_environ() -> dict[str, str]:
    """Return the variables of a .env as deploy/make-env.sh writes it."""
    script = ["sh", str(ROOT / "deploy" / "make-env.sh")]
    made = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    return read_env(made)


def read_env(text: str) -> dict[str, str]:
    """Return the variables of an env file."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def services(**changes: str) -> dict[str, dict]:
    """Return every service, resolved with the example environment and some changes; raise Missing."""
    return _resolved(RAW, example_environ() | changes)


def _resolved(node, environ: dict[str, str]):
    # After parsing, as Compose does: an empty variable is an empty string, never a null.
    if isinstance(node, dict):
        return {key: _resolved(value, environ) for key, value in node.items()}
    if isinstance(node, list):
        return [_resolved(value, environ) for value in node]
    return resolve(node, environ) if isinstance(node, str) else node


def environment(service: str, **changes: str) -> dict[str, str]:
    """Return a service's resolved environment, as strings."""
    return services(**changes)[service].get("environment", {})


def s3_keys(service: str) -> tuple[str, str]:
    """Return a program's access key and secret key."""
    environ = environment(service)
    return environ["S3_ACCESS_KEY"], environ["S3_SECRET_KEY"]


def image_environment() -> dict[str, str]:
    """Return what the Dockerfile's last stage sets with ENV."""
    final = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2].replace("\\\n", " ")
    lines = [line.removeprefix("ENV ") for line in final.splitlines() if line.startswith("ENV ")]
    return dict(pair.split("=", 1) for line in lines for pair in line.split())


def image_command() -> list[str]:
    """Return the Dockerfile's CMD."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return yaml.safe_load(text.rpartition("\nCMD ")[2])
