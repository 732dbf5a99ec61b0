"""The import rule: who may import whom, read from every import statement, also those inside functions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("actors", "config", "deploy", "lims", "pdfcache", "scripts", "manage")
# What keeps jobs, against the verbs that do them.
LEDGER = {
    f"actors.{name}"
    for name in (
        *(
            "acting",
            "admin",
            "apps",
            "broker",
            "checks",
            "errors",
            "faults",
            "jobs",
            "management",
            "migrations",
            "models",
        ),
        *("publisher", "reasons", "registry", "running", "sweeping"),
    )
}
LIMS_TOP = {"lims.errors", "lims.forms", "lims.models", "lims.services", "lims.templatetags"}
BELOW_SERVICES = {"lims.documents", "lims.errors", "lims.models"}
TO_SHOW = {"actors.acting", "actors.jobs", "actors.models", "actors.reasons", "lims.documents", "pdfcache"}

# The longest name that is a module or a package around it decides. Its own package is always allowed, save
# in `actors`, where the ledger must not know the verbs.
MAY_IMPORT: dict[str, set[str]] = {
    "pdfcache": set(),
    **dict.fromkeys(LEDGER, LEDGER),
    "actors": LEDGER | {"lims.services", "pdfcache"},
    "lims.errors": set(),
    "lims.models": {"lims.errors"},
    "lims.documents": {"lims.models", "pdfcache.errors", "pdfcache.keys", "pdfcache.registry"},
    "lims.services": BELOW_SERVICES | {"actors.jobs", "pdfcache"},
    "lims.forms": {"lims.documents.paper.text", "lims.errors", "lims.models", "lims.services"},
    "lims.templatetags": {"lims.documents.paper.formats", "lims.models"},
    "lims.views": LIMS_TOP | TO_SHOW,
    "lims.admin": LIMS_TOP | TO_SHOW,
    "lims.urls": {"lims.views"},
    "lims.demo": {"lims.models", "lims.services"},
    "lims.management": {"lims.demo", "lims.errors", "lims.models", "lims.services"},
    "lims": set(),
    "config": {"lims.admin", "lims.views"},
    "deploy": {"actors", "config.embedded"},
    "scripts": set(),
    "manage": {"config.env"},
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
    for line, imported in imports(module, tree):
        owner = OWNERS.get(imported.split(".")[0])
        if owner and module != owner:
            yield f"{module}:{line} imports {imported}, which only {owner} may."
        if imported.split(".")[0] in PACKAGES and not allowed(module, imported):
            yield f"{module}:{line} imports {imported}, which the import rule denies to {rule_of(module)}."


def forbidden_calls(module: str, tree: ast.Module) -> Iterator[str]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        owner = CALLERS.get(name)
        if owner and module != owner:
            yield f"{module}:{call.lineno} calls {name}(), which only {owner} may."


def imports(module: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Return each imported name with its line; `from a import b` counts as a.b, be b a module or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                around = module.split(".")[: -node.level]
                base = ".".join([*around, *filter(None, [node.module])])
            yield from ((node.lineno, f"{base}.{name.name}") for name in node.names)


def allowed(module: str, imported: str) -> bool:
    rule = rule_of(module)
    own = set() if rule in LEDGER else {rule}
    return any(is_within(imported, package) for package in MAY_IMPORT[rule] | own)


def rule_of(module: str) -> str:
    return max((name for name in MAY_IMPORT if is_within(module, name)), key=len)


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def test_nothing_points_back():
    assert violations(ROOT) == []


def test_every_package_of_ours_is_under_the_rule():
    ours = {path.parent.name for path in ROOT.glob("*/*.py")} - {"tests", "bench", "var", ".venv"}
    assert ours <= set(PACKAGES)


def test_every_module_of_the_ledger_exists():
    for name in LEDGER:
        path = ROOT / name.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), name


PLANTED = {
    "pdfcache/cache.py": "from lims.models import User",
    "pdfcache/keys.py": "import minio",
    "pdfcache/store.py": "import boto3",
    "actors/jobs.py": "from pdfcache import cache",
    "actors/running.py": "from actors import pdfs",
    "actors/models.py": "def late():\n    from lims.services import documents",
    "actors/mail.py": "from lims.views import home",
    "lims/models/people.py": "from lims.services import people",
    "lims/documents/reports.py": "from pdfcache import store",
    "lims/documents/labels.py": "from ..services import documents",
    "lims/services/reports.py": "from actors import pdfs",
    "lims/views/reports.py": "from botocore.config import Config",
    "lims/services/mail.py": "def late(actor):\n    actor.send(1)",
    "actors/upkeep.py": "def late(actor):\n    actor.send_with_options(args=(1,))",
    "lims/documents/text.py": "from reportlab.platypus import Paragraph\nParagraph('a')",
    "config/urls.py": "from actors import jobs",
}


@pytest.mark.parametrize("path", PLANTED)
def test_planted_violation_is_found_and_named(tmp_path, path):
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(PLANTED[path])
    found = violations(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(path.removesuffix(".py").replace("/", ".") + ":")


def test_what_the_design_allows_is_no_violation(tmp_path):
    allowed_imports = {
        "config/urls.py": "from lims.views import home\nfrom lims import admin",
        "lims/services/documents.py": "from actors import jobs\nfrom pdfcache import cache",
        "lims/documents/work_orders.py": "from pdfcache import registry\nfrom lims.models import WorkOrder",
        "actors/pdfs.py": "from actors import jobs\nfrom lims.services import reports",
        "actors/jobs.py": "from actors import registry\n\n\ndef wake(actor):\n    actor.send(1)",
        "pdfcache/store.py": "from minio import Minio",
        "pdfcache/lifecycle.py": "from botocore.config import Config",
    }
    for path, text in allowed_imports.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert violations(tmp_path) == []
