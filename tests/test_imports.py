"""What no import contract shows: who owns a library, who makes a call, and that the contract refuses."""

import ast
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("actors", "config", "deploy", "lims", "pdfcache", "scripts", "manage")
LAYERS = ("services", "views", "forms", "documents")
ARROWS_MAX = 30
# A page or action of a lower noun that shows something of a higher one; no other may.
UPWARD = {
    ("lims.services.pdfs.bulk", "lims.documents.labels.label_sheet"),
    ("lims.services.pdfs.bulk", "lims.documents.work_orders.work_order"),
    ("lims.views.mail.deliveries", "lims.forms.operations.operations"),
    ("lims.views.operations.operations", "lims.services.labels.sheets"),
}
# These modules own the library; nothing else imports it.
OWNERS = {
    "minio": "pdfcache.store",
    "boto3": "pdfcache.lifecycle",
    "botocore": "pdfcache.lifecycle",
    "mypy_boto3_s3": "pdfcache.lifecycle",
}
# These modules own the call; nothing else makes it.
CALLERS = {
    "send": "actors.jobs",
    "send_with_options": "actors.jobs",
    "Paragraph": "lims.documents.paper.drawing",
}


def violations(root: Path) -> list[str]:
    """Return one sentence per forbidden import or call below `root`."""
    found = []
    for path, module in modules(root):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        found += [*forbidden_imports(module, tree), *forbidden_calls(module, tree)]
    return found


def modules(root: Path) -> Iterator[tuple[Path, str]]:
    """Return each of our modules outside of the tests, with its dotted name."""
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if parts[0] in PACKAGES:
            yield path, ".".join(parts).removesuffix(".__init__")


def forbidden_imports(module: str, tree: ast.Module) -> Iterator[str]:
    for line, imported in imports(tree):
        owner = OWNERS.get(imported.split(".")[0])
        if owner and module != owner:
            yield f"{module}:{line} imports {imported}, which only {owner} may."


def forbidden_calls(module: str, tree: ast.Module) -> Iterator[str]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        owner = CALLERS.get(name)
        if owner and module != owner:
            yield f"{module}:{call.lineno} calls {name}(), which only {owner} may."


def imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Return each absolutely imported module with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module or ""


def test_libraries_and_calls_keep_their_owners():
    assert violations(ROOT) == []


PLANTED = {
    "pdfcache/keys.py": "import minio",
    "pdfcache/store.py": "import boto3",
    "lims/views/reports/reports.py": "from botocore.config import Config",
    "lims/services/mail/sending.py": "def late(actor):\n    actor.send(1)",
    "actors/upkeep.py": "def late(actor):\n    actor.send_with_options(args=(1,))",
    "lims/documents/paper/text.py": "from reportlab.platypus import Paragraph\nParagraph('a')",
}


@pytest.mark.parametrize("path", PLANTED)
def test_planted_violation_is_found_and_named(tmp_path, path):
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(PLANTED[path])
    found = violations(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(path.removesuffix(".py").replace("/", ".") + ":")


def test_owners_may(tmp_path):
    allowed = {
        "actors/jobs.py": "def wake(actor):\n    actor.send(1)",
        "pdfcache/store.py": "from minio import Minio",
        "pdfcache/lifecycle.py": "from botocore.config import Config",
    }
    for path, text in allowed.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert violations(tmp_path) == []


def test_the_contract_refuses_an_arrow_between_layers_and_one_between_nouns(tmp_path):
    """Starts the linter once, as `make lint` does: its verdict on a whole tree is what is relied on."""
    for package in ("actors", "config", "deploy", "lims", "pdfcache"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "lims/models/people.py").open("a") as file:
        file.write("\n\ndef late():\n    from lims.services.people import accounts\n")
    with (tmp_path / "lims/services/mail/smtp.py").open("a") as file:
        file.write("\n\ndef late():\n    from lims.services.reports import archive\n")
    linter = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    run = subprocess.run(linter, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 1
    assert "lims.models is not allowed to import lims.services" in run.stdout
    assert "lims.services.mail is not allowed to import lims.services.reports" in run.stdout
    assert "2 broken" in run.stdout


@pytest.mark.parametrize("layer", LAYERS)
def test_nouns_have_few_arrows(layer):
    graph = grimp.build_graph("lims", cache_dir=None)
    arrows = defaultdict(set)
    for module in graph.find_descendants(f"lims.{layer}"):
        for imported in graph.find_modules_directly_imported_by(module):
            if imported.startswith(f"lims.{layer}."):
                arrows[noun_of(module)].add(noun_of(imported))
    assert sum(len(known - {noun}) for noun, known in arrows.items()) <= ARROWS_MAX


def noun_of(module: str) -> str:
    return module.split(".")[2]


def test_no_noun_knows_a_higher_one_in_another_layer_either():
    """The contract compares nouns inside of one layer."""
    floors, graph = floor_of_each_noun(), grimp.build_graph("lims", cache_dir=None)
    upward = {
        (module, imported)
        for layer in LAYERS
        for module in graph.find_descendants(f"lims.{layer}")
        for imported in graph.find_modules_directly_imported_by(module)
        if is_upward(module, imported, floors)
    }
    assert upward == UPWARD


def floor_of_each_noun() -> dict[str, int]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (floors,) = (each["layers"] for each in contracts if "lims.services" in each.get("containers", ()))
    return {noun.strip(" ()"): -at for at, nouns in enumerate(floors) for noun in nouns.split("|")}


def is_upward(module: str, imported: str, floors: dict[str, int]) -> bool:
    layer, noun, *_ = [*imported.split(".")[1:], "", ""]
    own = noun_of(module) if module.count(".") > 1 else ""
    return layer in LAYERS and own != noun and {own, noun} <= floors.keys() and floors[own] <= floors[noun]
