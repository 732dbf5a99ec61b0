"""The bench's results: collected as rows, printed as a table, kept as JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """A figure, its floor of the same run, and what their ratio should be."""

    what: str
    value: float
    unit: str
    floor_name: str
    floor: float
    target: float
    at_least: bool = False

    @property
    def ratio(self) -> float:
        return self.value / self.floor if self.floor else 0.0

    @property
    def holds(self) -> bool:
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target


def show(rows: list[Row]) -> str:
    """Return the rows as a table for people."""
    lines = [f"{'what':<44}{'value':>12}  {'floor':<40}{'ratio':>8}{'target':>10}"]
    for row in rows:
        value = f"{row.value:,.1f} {row.unit}"
        floor = f"{row.floor_name} {row.floor:,.1f}"
        target = f"{'≥' if row.at_least else '≤'} {row.target:g}"
        mark = "" if row.holds else "  MISSED"
        lines.append(f"{row.what:<44}{value:>12}  {floor:<40}{row.ratio:>8.2f}{target:>10}{mark}")
    return "\n".join(lines)


def keep(rows: list[Row], path: Path) -> None:
    """Write the rows as JSON."""
    path.parent.mkdir(exist_ok=True)
    entries = [asdict(row) | {"ratio": row.ratio, "holds": row.holds} for row in rows]
    path.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n")
