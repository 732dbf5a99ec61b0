"""What holds for every committed file: no secret, no path of a machine, pinned packages, small files."""

import ast
import itertools
import re
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
INSTALLED = ("requirements", "requirements-local", "requirements-dev")
# The bench's rivals are installed for the bench alone.
LAYERS = (*INSTALLED, "requirements-bench")
GENERATED = {f"{layer}.txt" for layer in LAYERS}
BYTES_MAX = 220_000
LINES_MAX = 450
# Put together here, so that this file does not hold what it forbids.
MACHINE_PATHS = re.compile(r"(?<![\w.$}])/(work|root|home/\w+|Users/\w+)/|\.\./" + "shared")
REGISTRIES = re.compile("|".join(("pypi" + r"\.org", "python" + "hosted", "npm" + "js", r"index-" + "url =")))
SECRETS = (
    re.compile("-----BEGIN [A-Z ]*PRIVATE " + "KEY-----"),
    re.compile("AKIA" + r"[0-9A-Z]{16}"),
    re.compile(r"gh[pousr]_" + r"\w{36}"),
    re.compile(r"xox[abp]-" + r"\w{10}"),
    re.compile(r"eyJ" + r"[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}"),
)
# A password in an address; `unused` stands where nothing is ever connected to.
ADDRESS_PASSWORD = re.compile(r"://[\w.-]+:(?!unused@)(?!password@)[\w.-]{4,}@")
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)[^>]*>|\bstyle\s*=\s*[\"']|<style\b|\s(?<!:)on[a-z]+\s*=\s*[\"']|javascript:",
    re.I,
)


@cache
def committed() -> tuple[Path, ...]:
    """Return every committed file, or every file where this is no checkout."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listing.returncode == 0 and listing.stdout:
        names = listing.stdout.rstrip("\0").split("\0")
    else:
        names = [
            str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not skipped(path.relative_to(ROOT))
        ]
    return tuple(path for name in sorted(names) if (path := ROOT / name).is_file())


def skipped(path: Path) -> bool:
    return bool({"var", ".venv", ".git", "__pycache__"} & set(path.parts)) or path.parts[0].startswith(".")


def texts() -> list[tuple[str, str]]:
    """Return name and text of every committed file that is text."""
    read = [(str(path.relative_to(ROOT)), path.read_bytes()) for path in committed()]
    return [(name, data.decode()) for name, data in read if b"\0" not in data]


def matching(pattern: re.Pattern[str]) -> list[str]:
    """Return the places at which a pattern occurs."""
    return [
        f"{name}:{text[: match.start()].count(chr(10)) + 1} {match[0]}"
        for name, text in texts()
        if name != str(Path(__file__).relative_to(ROOT))
        for match in pattern.finditer(text)
    ]


def pins(layer: str) -> dict[str, list[str]]:
    """Return each package of a requirements file with its lines, joined and without comments."""
    text = re.sub(r"^\s*#.*$", "", (ROOT / f"{layer}.txt").read_text(), flags=re.M).replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        found.setdefault(canonicalize_name(re.match(r"[\w.-]+", line)[0]), []).append(line)
    return found


def wanted(layer: str) -> list[Requirement]:
    """Return the direct requirements of a layer, with those of the layers that it stands on."""
    lines = (ROOT / f"{layer}.in").read_text().splitlines()
    found = []
    for line in (line.strip() for line in lines if line.strip() and not line.startswith("#")):
        found += wanted(line[3:].removesuffix(".in")) if line.startswith("-r ") else [Requirement(line)]
    return found


def closure(requirements: list[Requirement]) -> set[str]:
    """Return the names of all packages that these need on this Python and machine, as installed here."""
    todo = [(requirement, "") for requirement in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while todo:
        requirement, extra = todo.pop()
        step = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if step in seen or not applies(requirement, extra):
            continue
        seen.add(step)
        needed = [Requirement(text) for text in requires(requirement.name) or []]
        todo += [(each, extra) for each in needed for extra in requirement.extras | {""}]
    return {name for name, _ in seen}


def applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def test_names_no_path_of_a_machine():
    assert matching(MACHINE_PATHS) == []


def test_names_no_package_registry():
    assert matching(REGISTRIES) == []


@pytest.mark.parametrize("pattern", SECRETS, ids=lambda pattern: pattern.pattern[:8])
def test_holds_no_secret(pattern):
    assert matching(pattern) == []


def test_addresses_hold_no_password():
    outside_tests = [place for place in matching(ADDRESS_PASSWORD) if not place.startswith("tests/")]
    assert outside_tests == []


@pytest.mark.parametrize("planted", ["/work" + "/main/x", " /root" + "/.cache", "/home" + "/ana/lamina"])
def test_a_path_of_a_machine_would_be_found(planted):
    assert MACHINE_PATHS.search(planted)


def test_no_env_file_is_committed():
    assert [path.name for path in committed() if path.name == ".env" or path.suffix == ".env"] == []


def test_every_module_says_what_lives_in_it():
    silent = []
    for path in (path for path in committed() if path.suffix == ".py"):
        text = path.read_text()
        generated = "migrations" in path.parts or path.name.startswith("test_")
        if text.strip() and not generated and not ast.get_docstring(ast.parse(text)):
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_files_are_small():
    large = [str(path) for path in committed() if path.stat().st_size > BYTES_MAX]
    long = [
        str(path.relative_to(ROOT))
        for path in committed()
        if path.suffix in (".py", ".html", ".css", ".js")
        and "migrations" not in path.parts
        and len(path.read_bytes().splitlines()) > LINES_MAX
    ]
    assert large + long == []


@pytest.mark.parametrize("layer", LAYERS)
def test_requirements_are_pinned_and_hashed(layer):
    for lines in pins(layer).values():
        for line in lines:
            assert re.match(r"[\w.-]+==[\w.]+ ", line), line
            assert "--hash=sha256:" in line, line


@pytest.mark.parametrize("layer", INSTALLED)
def test_requirements_are_what_the_short_file_yields(layer):
    pinned, needed = pins(layer), closure(wanted(layer))
    assert needed - set(pinned) == set()
    elsewhere = {name for name in set(pinned) - needed if all(";" in line for line in pinned[name])}
    assert set(pinned) - needed - elsewhere == set()


def test_a_package_has_the_same_version_in_every_layer():
    versions = [
        {name: [line.split(" ")[0] for line in lines] for name, lines in pins(la).items()} for la in LAYERS
    ]
    for smaller, larger in itertools.pairwise(versions):
        assert {name: larger.get(name) for name in smaller} == smaller


def test_closure_names_what_is_not_installed():
    with pytest.raises(PackageNotFoundError):
        closure([Requirement("no-such-package-anywhere")])


def test_every_direct_dependency_has_a_reason():
    told = re.findall(
        r"^\| ([\w-]+) \| \S.{10,} \|$", (ROOT / "docs" / "dependencies.md").read_text(), flags=re.M
    )
    direct = {canonicalize_name(requirement.name) for requirement in wanted("requirements-bench")}
    assert {canonicalize_name(name) for name in told} == direct
    assert len(told) == len(direct)


def test_templates_have_no_inline_script_or_style():
    # Mail clients load no style sheet, so what is sent as e-mail holds its styles, and still no script.
    found = [
        place
        for place in matching(INLINE)
        if re.match(r"(templates|lims/.*templates)/", place)
        and not re.match(r"templates/emails/[\w.]+:\d+ style\s*=", place)
    ]
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        "<script>go()</script>",
        '<p style="color: red">',
        "<style>p {}</style>",
        '<a onclick="go()">',
        "<a href='javascript:go()'>",
    ],
)
def test_an_inline_script_or_style_would_be_found(planted):
    assert INLINE.search(planted)


@pytest.mark.parametrize(
    "harmless", ['<script src="x.js" defer></script>', '<meta content="x">', '<p class="style">']
)
def test_a_linked_script_is_no_inline_one(harmless):
    assert not INLINE.search(harmless)
