"""The environment variables that the settings read, found by reading config/settings.py."""

import ast

from tests.deploy.composition import ROOT


def read_by_settings() -> dict[str, bool]:
    """Return each variable that config/settings.py reads, and whether it is required without a demo."""
    tree = ast.parse((ROOT / "config" / "settings.py").read_text())
    found: dict[str, bool] = {}
    for call in filter(_reads_env, ast.walk(tree)):
        name = call.args[0].value
        found[name] = found.get(name, False) or _is_required(call)
    return found


def literal_defaults() -> dict[str, str]:
    """Return each default that is written as a plain value, as an operator would type it."""
    tree = ast.parse((ROOT / "config" / "settings.py").read_text())
    found = {}
    for call in filter(_reads_env, ast.walk(tree)):
        default = call.args[1] if len(call.args) > 1 else None
        if isinstance(default, ast.Tuple) and call.func.attr == "choice":
            default = default.elts[0]
        if isinstance(default, ast.Constant) and default.value not in (None, ""):
            value = default.value
            found[call.args[0].value] = str(int(value) if isinstance(value, bool) else value)
    return found


def _reads_env(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.func.attr != "EnvError"
    )


def _is_required(call: ast.Call) -> bool:
    """A reader without a default demands the variable; RABBITMQ_URL has one under the demo only."""
    reader = call.func.attr
    if reader == "database":
        return True
    if reader in ("text", "url"):
        defaults = call.args[1 if reader == "text" else 2 :]
        return not defaults or (isinstance(defaults[0], ast.IfExp) and _is_none(defaults[0].orelse))
    return False


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
