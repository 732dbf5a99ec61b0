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
