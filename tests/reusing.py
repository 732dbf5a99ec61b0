"""A small Django project in its own folder, made of `pdfcache`, `actors` and the code on their READMEs."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg

from config import env
from config.embedded import processes
from tests.processes import ROOT

READMES = ("pdfcache/README.md", "actors/README.md")
BLOCK = re.compile(r"^```python\n# (\S+\.py)\n(.*?)^```$", re.M | re.S)
OF_THE_LABORATORY = re.compile(r"^(from|import) lims\b", re.M)

# What any project has already.
SETTINGS = """
import os

SECRET_KEY = "only-for-the-test-of-a-small-project"
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "letters"]
DATABASES = {{"default": {database!r}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "letters.urls"
USE_TZ = True
"""

# An actor whose first worker never comes to the end.
STALLING = """

import json
import os
import sys
import time
from pathlib import Path


@actor(queue=BACKGROUND, lease_s=2, max_attempts=3)
def stall_once(job):
    mark = Path(job.args[0], f"attempt-{job.attempts}")
    mark.with_suffix(".new").write_text(json.dumps({"pid": os.getpid(), "modules": list(sys.modules)}))
    mark.with_suffix(".new").rename(mark)
    if job.attempts == 1:
        time.sleep(120)
"""

# Every script prints at its end what it has found and which modules it has loaded.
BEFORE = "import json, sys, django; django.setup(); found = {}\n"
AFTER = "\nprint(json.dumps({'found': found, 'modules': list(sys.modules)}))"


def laboratory_verbs() -> set[str]:
    """Return the files of `actors` that know the laboratory."""
    return {
        path.name for path in (ROOT / "actors").glob("*.py") if OF_THE_LABORATORY.search(path.read_text())
    }


class SmallProject:
    """The project's folder, database, buckets and queues, and programs that run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"reuse-{uuid.uuid4().hex[:8]}"
        self.database = env.database("DATABASE_URL") | {"NAME": self.name}
        left_out = shutil.ignore_patterns("__pycache__", *laboratory_verbs())
        for package in ("pdfcache", "actors"):
            shutil.copytree(ROOT / package, folder / package, ignore=left_out)
        self._write("letters/__init__.py", "")
        self._write("project/__init__.py", "")
        self._write("project/settings.py", SETTINGS.format(database=self.database))
        for readme in READMES:
            for path, code in BLOCK.findall((ROOT / readme).read_text()):
                self._write(path, code)
        self._write("letters/background.py", STALLING)

    def _write(self, path: str, text: str) -> None:
        """Put a text at the end of a file."""
        (self.folder / path).parent.mkdir(exist_ok=True)
        with (self.folder / path).open("a") as file:
            file.write(text)

    def make_database(self) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{self.name}"')

    def drop_database(self) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def job(self, pk: int) -> tuple[str, int]:
        """Return the state of a job and how often it was attempted."""
        with psycopg.connect(os.environ["DATABASE_URL"], dbname=self.name) as connection:
            found = connection.execute("SELECT state, attempts FROM actors_job WHERE id = %s", [pk])
            return found.fetchone()

    def run(self, script: str, **changes: str) -> dict:
        """Run a script with Django set up; return what it has `found` and the `modules` that it loaded."""
        run = subprocess.run(
            [sys.executable, "-c", BEFORE + script + AFTER],
            cwd=self.folder,
            env=self._environment() | changes,
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stderr[-3_000:]
        return json.loads(run.stdout.splitlines()[-1])

    def begin(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program of django's command line, in a process group of its own."""
        parent = os.getpid()
        with (self.folder / "programs.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "django", *command],
                cwd=self.folder,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: processes.die_with_parent(parent, signal.SIGKILL),
            )

    def _environment(self) -> dict[str, str]:
        # Nothing of this repository can be imported there but what was copied.
        return os.environ | {
            "PYTHONPATH": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "S3_BUCKET_PREFIX": self.name,
            "RABBITMQ_QUEUE_PREFIX": self.name,
        }


def kill(program: subprocess.Popen[bytes]) -> None:
    """Kill a program with all its processes, as a power cut would."""
    os.killpg(program.pid, signal.SIGKILL)
    program.wait()
