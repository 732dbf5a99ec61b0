"""What the pages of the repository say of the repository: paths, links, commands and the version."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "pdfcache/*.md", "actors/*.md")
    for path in ROOT.glob(pattern)
)
# A folder or a file; `visible_to` is neither, and what stands below `var/` is made by the programs.
PATH = re.compile(r"`(?!var/)((?:[\w.-]+/)+[\w.-]*|pyproject.toml|compose.yaml|requirements.in)`")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")
MAKE = re.compile(r"`make ([a-z]+)")


def text_of(page: str) -> str:
    return (ROOT / page).read_text()


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_exists(page):
    assert [path for path in PATH.findall(text_of(page)) if not (ROOT / path).exists()] == []


def test_the_page_where_answers_with_paths():
    wishes = re.findall(r"^\| (?!I want|-)(.+?) \| (.+) \|$", text_of("docs/where.md"), re.M)
    assert len(wishes) >= 20
    assert [wish for wish, answer in wishes if not PATH.search(answer) and "README" not in answer] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    assert [link for link in LINK.findall(text_of(page)) if not ((ROOT / page).parent / link).exists()] == []


def test_every_command_that_is_named_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.M))
    named = {target for page in PAGES for target in MAKE.findall(text_of(page))}
    assert named >= {"run", "test", "lint", "version"}
    assert named - targets == set()


def test_the_version_stands_in_one_place_and_has_its_chapter_of_changes():
    version = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    command = ["make", "--silent", "version", f"PYTHON={sys.executable}"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert printed.stdout == f"{version}\n"
    released = re.findall(r"^## \[(\d[\w.]*)\] - \d{4}-\d\d-\d\d$", text_of("CHANGELOG.md"), re.M)
    assert released[0] == version


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_workflow_lints_and_tests_on_each_supported_python(python):
    workflow = text_of(".github/workflows/ci.yml")
    assert f'"{python}"' in workflow
    assert re.search(r"^permissions:\n  contents: read$", workflow, re.M)
    assert {"make lint", "make test"} <= set(re.findall(r"run: (make \w+)", workflow))
