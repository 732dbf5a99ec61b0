"""Refuses names that the code base has given up, in the meaning that they had: `file:line old -> new`.

Looks at the syntax trees of all Python but migrations, and at the variables of templates. A name that is also
a good word elsewhere is refused by its qualified name alone.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("actors", "bench", "config", "deploy", "lims", "pdfcache", "scripts", "tests", "manage.py")
TEMPLATES = "templates"
# These hold the old names as data.
EXEMPT = ("scripts/old_names.py", "tests/scripts/test_old_names.py")

# Kinds of places at which a name may stand.
MODULE = "module"
FUNCTION = "function"  # where it is defined, methods too: a call needs a definition
CLASS = "class"
FIELD = "field"  # assigned in the body of a class
CONSTANT = "constant"  # assigned in the body of a module
VARIABLE = "variable"  # assigned elsewhere
PARAMETER = "parameter"
KEYWORD = "keyword"  # of a call, qualified by what is called
ATTRIBUTE = "attribute"  # read or written, qualified by what it is of
IMPORT = "import"
DECORATOR = "decorator"
TEXT = "text"  # a word in a string, such as an SQL statement
TEMPLATE = "template variable"

# A function of a module: its definition and each way in which others name it.
GIVEN = (FUNCTION, ATTRIBUTE, IMPORT)
EVERYWHERE = (FUNCTION, FIELD, CONSTANT, VARIABLE, PARAMETER, KEYWORD, ATTRIBUTE, IMPORT, TEXT, TEMPLATE)
CALLABLE = (FUNCTION, PARAMETER, TEMPLATE)


class Rule(NamedTuple):
    """An old name, alone or qualified, refused in the modules `within` and not `outside`."""

    old: str
    kinds: tuple[str, ...]
    new: str
    within: str = ""
    outside: str = ""
    # A function is refused only with exactly these parameters.
    parameters: tuple[str, ...] | None = None


class Found(NamedTuple):
    """A name in the code, qualified as far as its place shows."""

    kind: str
    name: str
    line: int
    parameters: tuple[str, ...] = ()


RULES = (
    Rule("answers", (DECORATOR,), "authenticated"),
    Rule("answers.answers", GIVEN, "guard.authenticated"),
    Rule("refusal", (FUNCTION,), "why_not or error_json"),
    Rule("told", CALLABLE, "history_entries or message"),
    Rule("_told", CALLABLE, "history_entries or message"),
    Rule("tell", CALLABLE, "notify"),
    Rule("Actor.work", (FIELD,), "Actor.run"),
    Rule("Actor.failed", (FIELD,), "Actor.on_failed"),
    Rule("Actor.abandoned", (FIELD,), "Actor.on_worker_lost"),
    Rule("Actor.recurs", (FIELD,), "Actor.schedule"),
    Rule("actor.failed", (KEYWORD,), "on_failed"),
    Rule("actor.abandoned", (KEYWORD,), "on_worker_lost"),
    Rule("actor.recurs", (KEYWORD,), "schedule"),
    Rule("failed", (FUNCTION,), "on_failed", within="lims.services", parameters=("job",)),
    Rule("abandoned", (FUNCTION,), "on_worker_lost", within="lims.services", parameters=("job",)),
    Rule("reach", (FUNCTION, PARAMETER), "failpoint"),
    Rule("faults.reach", GIVEN, "failpoint"),
    Rule("reached", (FUNCTION, PARAMETER), "failpoint"),
    Rule("jobs.hold", GIVEN, "jobs.lock_and_renew"),
    Rule("jobs.rearm", GIVEN, "jobs.requeue"),
    Rule("rearm", (FUNCTION,), "requeue"),
    Rule("armed", (FUNCTION, FIELD, PARAMETER, KEYWORD, ATTRIBUTE, TEMPLATE), "enqueued"),
    Rule("armed_since", GIVEN, "enqueued_since"),
    Rule("rest_s", EVERYWHERE, "cooldown_s"),
    Rule("texts.stored", GIVEN, "texts.normalize"),
    Rule("texts.limit", GIVEN, "texts.max_length"),
    Rule("move", (FUNCTION,), "transition", within="lims.services"),
    Rule("move_all", (FUNCTION,), "transition", within="lims.services"),
    Rule("protocols.move", (ATTRIBUTE, IMPORT), "transition"),
    Rule("protocols.move_all", (ATTRIBUTE, IMPORT), "transition"),
    Rule("reports.move", (ATTRIBUTE, IMPORT), "transition"),
    Rule("numbers.take", GIVEN, "numbers.allocate"),
    Rule("operation_parts", (MODULE,), "operations/halving"),
    Rule("operation_running", (MODULE,), "operations/lanes"),
    Rule("operation_ending", (MODULE,), "operations/rounds"),
    Rule("operation_asking", (MODULE,), "operations/starting"),
    Rule("typed", (MODULE,), "parsing"),
    Rule("words", (MODULE,), "the name of what it holds"),
    Rule("ServedForm", (CLASS,), "ServiceForm"),
    Rule("MarkedForm", (CLASS,), "StaleCheckedForm"),
    Rule("OperatedAdmin", (CLASS,), "BulkActionsAdmin"),
    Rule("Desk", (CLASS,), "WorkOrderEditor or DeskCounts"),
    Rule("wishes", (FUNCTION,), "wants_mail"),
    Rule("QUIET", (CONSTANT, FIELD), "PREFERENCE_OF"),
    Rule("letters", (MODULE,), "mail/contents", within="lims.services"),
    Rule("messages", (MODULE,), "mail/composing", within="lims.services"),
    Rule("mailing", (MODULE,), "mail/sending", within="lims.services"),
    Rule("concerned", (FUNCTION,), "recipients.of"),
    Rule("known", (FUNCTION,), "prefetch_matches", within="lims.forms"),
    Rule("named", (FUNCTION,), "vets_matching", within="lims.forms"),
    Rule("coded", (FUNCTION,), "by_code", within="lims.forms"),
    Rule("mentioning", (FUNCTION,), "matching", within="lims.forms"),
    Rule("keep_columns", EVERYWHERE, "forbid_update"),
    Rule("ageing", (MODULE,), "retention"),
    Rule("history_ageing", (MODULE,), "history/retention"),
    Rule("is_doomed", EVERYWHERE, "is_expired"),
    # The form's field and the JSON name stay, and so do strings and what reads the form.
    Rule("edit_version", (FIELD,), "lock_version", within="lims.models"),
    Rule("edit_version", (ATTRIBUTE,), "lock_version", outside="lims.forms"),
    Rule("read_version", (FIELD, PARAMETER, VARIABLE, KEYWORD, ATTRIBUTE, TEMPLATE), "lock_version"),
    # A report's version is the number of its amendment.
    Rule("Veterinarian.version", (FIELD,), "lock_version"),
    Rule("Protocol.version", (FIELD,), "lock_version"),
    Rule("WorkOrder.version", (FIELD,), "lock_version"),
)

TAG = re.compile(r"\{\{(?P<variable>.*?)\}\}|\{%-?\s*\w+(?P<arguments>.*?)%\}", re.DOTALL)
COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?\{%\s*endcomment\s*%\}", re.DOTALL)
LITERAL = re.compile(r"\"[^\"]*\"|'[^']*'")
FILTER = re.compile(r"\|\s*\w+")
PATH = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


def main(root: Path = ROOT) -> int:
    """Print each old name with its place and return 1 if there is any."""
    lines = sorted(violations(root))
    print("\n".join(lines) if lines else "no old names")
    return 1 if lines else 0


def violations(root: Path) -> set[str]:
    """Return a line per old name below `root`: `file:line old -> new`."""
    lines = set()
    for path in sources(root):
        file = path.relative_to(root)
        module = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
        found = in_template(path.read_text()) if path.suffix != ".py" else in_python(path.read_text(), module)
        lines |= {
            f"{file}:{each.line} {rule.old} -> {rule.new}"
            for each in found
            for rule in RULES
            if refuses(rule, each, module)
        }
    return lines


def sources(root: Path) -> Iterator[Path]:
    """Yield our Python files but migrations, and the templates."""
    for name in PACKAGES:
        for path in [root / name] if name.endswith(".py") else sorted((root / name).rglob("*.py")):
            parts = path.relative_to(root)
            if path.is_file() and "migrations" not in parts.parts and str(parts) not in EXEMPT:
                yield path
    yield from (path for path in sorted((root / TEMPLATES).rglob("*")) if path.is_file())


def refuses(rule: Rule, found: Found, module: str) -> bool:
    """Return whether the rule refuses what was found in this module."""
    return (
        found.kind in rule.kinds
        and f".{found.name}".endswith(f".{rule.old}")
        and (not rule.within or is_within(module, rule.within))
        and not (rule.outside and is_within(module, rule.outside))
        and rule.parameters in (None, found.parameters)
    )


def is_within(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


def in_python(text: str, module: str) -> Iterator[Found]:
    """Yield every name in a module, its own first."""
    yield Found(MODULE, module, 1)
    yield from in_body(ast.parse(text), module, CONSTANT)


def in_body(node: ast.AST, place: str, assigned: str) -> Iterator[Found]:
    """Yield the names below a node; `place` qualifies definitions, `assigned` is the kind of variables."""
    for child in ast.iter_child_nodes(node):
        yield from at(child, place, assigned)
        if isinstance(child, ast.ClassDef):
            yield from in_body(child, f"{place}.{child.name}", FIELD)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from in_body(child, place, VARIABLE)
        else:
            yield from in_body(child, place, assigned)


def at(node: ast.AST, place: str, assigned: str) -> Iterator[Found]:
    """Yield the names that a node itself gives."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            names = tuple(argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg))
            yield Found(FUNCTION, f"{place}.{node.name}", node.lineno, names)
        case ast.ClassDef():
            yield Found(CLASS, f"{place}.{node.name}", node.lineno)
        case ast.Name(ctx=ast.Store()):
            yield Found(assigned, f"{place}.{node.id}", node.lineno)
        case ast.arg():
            yield Found(PARAMETER, node.arg, node.lineno)
        case ast.Attribute():
            yield Found(ATTRIBUTE, dotted(node), node.lineno)
        case ast.Call():
            called = dotted(node.func)
            yield from (
                Found(KEYWORD, f"{called}.{each.arg}", each.value.lineno)
                for each in node.keywords
                if each.arg
            )
        case ast.ImportFrom():
            yield from (Found(IMPORT, f"{node.module}.{each.name}", each.lineno) for each in node.names)
        case ast.Constant(value=str()):
            words = set(re.findall(r"\w+", str(node.value)))
            yield from (Found(TEXT, word, node.lineno) for word in words)
    for decorator in getattr(node, "decorator_list", ()):
        plain = decorator.func if isinstance(decorator, ast.Call) else decorator
        yield Found(DECORATOR, dotted(plain), decorator.lineno)


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` as it is written; whatever is no name in it becomes a question mark."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def in_template(text: str) -> Iterator[Found]:
    """Yield the variables that a template reads or sets, without attributes and the tags' own names."""
    text = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    for tag in TAG.finditer(text):
        line = text.count("\n", 0, tag.start()) + 1
        expression = FILTER.sub("", LITERAL.sub("", tag["variable"] or tag["arguments"] or ""))
        yield from (Found(TEMPLATE, name, line) for name in PATH.findall(expression))


if __name__ == "__main__":
    sys.exit(main())
