"""Settings are read from the environment; what is missing or malformed ends the start with one line."""

import os
import subprocess
import sys

import pytest

from config import env

VALID = {
    "SECRET_KEY": "x" * 60,
    "SITE_URL": "https://lab.test",
    "DATABASE_URL": "postgresql://u:p%40ss@db:5433/lamina",
    "RABBITMQ_URL": "amqp://u:p@mq:5672/%2F",
    "S3_ENDPOINT_URL": "http://s3:8333",
    "S3_ACCESS_KEY": "key",
    "S3_SECRET_KEY": "secret",
}
MALFORMED = [
    ("SITE_URL", "lab.test"),
    ("SITE_URL", "ftp://lab.test"),
    ("DATABASE_URL", "mysql://u@db/lamina"),
    ("DATABASE_URL", "postgresql://u@db"),
    ("RABBITMQ_URL", "http://mq"),
    ("RABBITMQ_QUEUE_TYPE", "fast"),
    ("S3_ENDPOINT_URL", "s3:8333"),
    ("S3_PUBLIC_ENDPOINT_URL", "http://:99999999"),
    ("PDF_URL_TTL_S", "five minutes"),
    ("PDF_URL_TTL_S", "0"),
    ("PDF_CACHE_DAYS", "1"),
    ("ARCHIVE_RETENTION_DAYS", "-3"),
    ("HISTORY_MONTHS", "11"),
    ("HISTORY_MONTHS", "a year"),
    ("MFA_REQUIRED", "maybe"),
    ("DEBUG", "2"),
    ("TRUSTED_PROXY_COUNT", "many"),
    ("EMAIL_URL", "mail.lab.test"),
    ("EMAIL_URL", "smtp://"),
    ("LANGUAGE_CODE", "fr"),
    ("TIME_ZONE", "Buenos Aires"),
    ("LAMINA_DEMO", "1"),  # with a SITE_URL that is not loopback
]


def load(code: str = "", **variables: str) -> subprocess.CompletedProcess:
    """Load the settings in a process with just these variables."""
    environment = {"PATH": os.environ["PATH"], **variables}
    command = [sys.executable, "-c", f"import config.settings as s; {code}"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name", VALID)
def test_a_missing_variable_is_named_in_one_line(name):
    ended = load(**{key: value for key, value in VALID.items() if key != name})
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"{name}: is required and not set\n"


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_malformed_variable_is_named_in_one_line(name, value):
    ended = load(**VALID | {name: value})
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"{name}: ")
    assert ended.stderr.count("\n") == 1


def test_a_malformed_url_is_refused_without_its_password():
    ended = load(**VALID | {"DATABASE_URL": "mysql://u:hunter2@db/lamina"})
    assert "hunter2" not in ended.stderr


def test_a_database_url_is_taken_apart():
    ended = load("print(s.DATABASES['default'])", **VALID)
    for part in ("'NAME': 'lamina'", "'USER': 'u'", "'PASSWORD': 'p@ss'", "'HOST': 'db'", "'PORT': '5433'"):
        assert part in ended.stdout


def test_https_decides_about_cookies_redirect_and_hsts():
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    code = f"print(*(bool(getattr(s, name)) for name in {names}))"
    assert load(code, **VALID).stdout == "True True True True\n"
    plain = load(code, **VALID | {"SITE_URL": "http://lab.test"})
    assert plain.stdout == "False False False False\n"


def test_outside_the_demo_nothing_has_a_default_secret_and_the_second_factor_is_required():
    ended = load("print(s.DEMO, s.DEBUG, s.MFA_REQUIRED)", **VALID)
    assert ended.stdout == "False False True\n"


def test_the_demo_may_do_without_a_broker():
    demo = VALID | {"LAMINA_DEMO": "1", "SITE_URL": "http://127.0.0.1:8000", "RABBITMQ_URL": ""}
    assert load("print(repr(s.RABBITMQ_URL))", **demo).stdout == "''\n"


@pytest.fixture
def run_env(tmp_path, monkeypatch):
    """A laboratory's environment file, and a shell that knows none of its variables."""
    for name in ("DATABASE_URL", "S3_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "run.env"
    path.write_text("DATABASE_URL=postgresql://run\nS3_ENDPOINT_URL=http://run\n")
    return path


def test_manage_py_takes_a_running_laboratorys_environment(run_env):
    env.read_run_env(run_env)
    assert os.environ.pop("DATABASE_URL") == "postgresql://run"
    assert os.environ.pop("S3_ENDPOINT_URL") == "http://run"


def test_a_database_that_is_named_wins_over_a_running_laboratory(run_env, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://mine")
    env.read_run_env(run_env)
    assert "S3_ENDPOINT_URL" not in os.environ
