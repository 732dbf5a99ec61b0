"""Dockerfile and .dockerignore: what they copy is enough, and what runs is not root."""

import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.deploy import composition
from tests.deploy.composition import ROOT
from tests.processes import wait_until
from tests.proxy import closed_port

TEXT = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
INSTRUCTIONS = [line.split(" ", 1) for line in TEXT.splitlines() if re.match(r"[A-Z]+ ", line)]
STAGES = [rest for word, rest in INSTRUCTIONS if word == "FROM"]
FINAL = INSTRUCTIONS[max(i for i, (word, _) in enumerate(INSTRUCTIONS) if word == "FROM") :]
IGNORED = (ROOT / ".dockerignore").read_text().split("\n")


def final(word: str) -> list[str]:
    return [rest for found, rest in FINAL if found == word]


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Path:
    """The folder /app of the image: what .dockerignore lets in, after the last stage's build commands."""
    app = tmp_path_factory.mktemp("image") / "app"
    dropped = shutil.ignore_patterns(*[line[3:] for line in IGNORED if line.startswith("**/")])
    for name in (line[1:] for line in IGNORED if line.startswith("!")):
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, app / name, ignore=dropped)
        else:
            shutil.copy(ROOT / name, app / name)
    for command in final("RUN"):
        if "manage.py" in command:
            build(command, app)
    return app


def environ(app: Path) -> dict[str, str]:
    """Return the image's environment, with this Python and the static files inside the folder."""
    paths = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "STATIC_ROOT": str(app.parent / "static"),
    }
    return composition.image_environment() | paths


def build(command: str, app: Path) -> None:
    """Run one RUN of the Dockerfile in the folder."""
    (app.parent / "static").mkdir(exist_ok=True)
    script = command.replace("/app", str(app))
    done = subprocess.run(["sh", "-ec", script], cwd=app, env=environ(app), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_both_stages_are_pinned_to_the_same_patch_version():
    images = {stage.split(" AS ")[0] for stage in STAGES}
    assert len(STAGES) == 2 and len(images) == 1
    assert re.fullmatch(r"python:3\.13\.\d+-slim-\w+", images.pop())


def test_packages_are_installed_by_hash_alone():
    installs = [rest for word, rest in INSTRUCTIONS if word == "RUN" and " install " in rest]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0] and "requirements.txt" in installs[0]


def test_runs_as_nobody_in_particular():
    uid = final("USER")[-1].split(":")[0]
    assert int(uid) > 0
    assert FINAL.index(["USER", final("USER")[-1]]) > max(FINAL.index(["RUN", run]) for run in final("RUN"))
    assert all(composition.RAW[name]["user"].startswith(uid) for name in composition.PROGRAMS)


def test_environment_holds_no_secret():
    assert not [word for word, _ in INSTRUCTIONS if word == "ARG"]
    assert not [
        name for name in composition.image_environment() if re.search("SECRET|PASSWORD|KEY|URL", name)
    ]


def test_writes_no_bytecode_when_it_runs():
    assert composition.image_environment()["PYTHONDONTWRITEBYTECODE"] == "1"


def test_context_lets_in_only_what_is_named():
    assert IGNORED[1] == "*"
    assert not {"!tests", "!docs", "!var", "!.git", "!.env", "!.venv"} & set(IGNORED)


def test_context_has_every_package_that_the_settings_name(image):
    from django.conf import settings

    ours = [app for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir()]
    assert ours and all((image / app.split(".")[0]).is_dir() for app in [*ours, "config"])


def test_build_compiles_translations_and_collects_static_files(image):
    assert len(list((image / "locale").rglob("*.mo"))) == len(list((ROOT / "locale").rglob("*.po"))) > 0
    assert (image.parent / "static" / "staticfiles.json").is_file()


def test_build_changes_nothing_outside_the_image(image):
    assert not list(image.rglob("var"))


def test_image_serves_pages_and_static_files(image):
    port = closed_port()
    address = f"http://127.0.0.1:{port}"
    words = composition.image_command()
    words[words.index("--host") + 1] = "127.0.0.1"
    words[words.index("--port") + 1] = str(port)
    words[words.index("/srv/static")] = str(image.parent / "static")
    words[words.index("--workers") + 1] = "1"
    web = composition.environment("web", SITE_URL=address) | environ(image)
    server = subprocess.Popen([sys.executable, "-m", *words], cwd=image, env=web)
    try:
        wait_until(lambda: answers(f"{address}/healthz"), "the image's web server answers")
        hashed = next((image.parent / "static" / "lamina").glob("*.????????????.css"))
        assert answers(f"{address}/static/lamina/{hashed.name}")
        assert healthy(image, web, port).returncode == 0
    finally:
        server.terminate()
        server.wait(15)
    assert healthy(image, web, port).returncode == 1


def healthy(app: Path, web: dict[str, str], port: int) -> subprocess.CompletedProcess[bytes]:
    """Run the image's own health check of the web service."""
    command = [sys.executable, "-m", "deploy.health", "web", "--port", str(port), "--state", str(app.parent)]
    return subprocess.run(command, cwd=app, env=web, capture_output=True)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:  # noqa: S310 (our own address)
            return response.status == 200
    except OSError:
        return False
