"""Key and content of a work order cannot disagree: what is printed is in the key, and the reverse."""

import copy
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lims.documents.paper.text import printable_line
from lims.documents.work_orders import work_order as work_orders
from lims.documents.work_orders.drawing import render
from pdfcache import keys, registry
from tests.drills.length import examples
from tests.lims.documents.papers import image, work_order

KIND = work_orders.KIND
LOGOS = {hashlib.sha256(data).hexdigest(): data for data in (image(300, 100), image(100, 300))}
# What a value of a closed set may become; every other leaf is text, money or a date.
OTHERS: dict[str, Any] = {
    "language": "en",
    "mark": "draft",
    "issued_on": "2026-11-24",
    "vat_condition": "exempt",
    "payment_status": "unpaid",
    "quantity": "3",
}
MONEY = ("total", "advance", "balance", "unit_price", "discount", "subtotal")
# These change together with the image that they describe.
OF_THE_LOGO = ("sha256", "width_px", "height_px")
# The bytes of this snapshot under the template's version. Whoever changes how an order looks raises
# `template_version` in lims/documents/work_orders/work_order.py and puts the new digest here.
GOLDEN = {1: "32df7f19f659c3ac5983eddd20af9b18d25aad2cb0af9972e64435e9d7937882"}


def whole() -> dict[str, Any]:
    """A snapshot in which every leaf is printed: cancelled, with a logo."""
    shown = work_order(2, mark="cancelled", cancellation_reason="Cargada dos veces")
    first = next(iter(LOGOS))
    shown["laboratory"]["logo"] = {"sha256": first, "width_px": 300, "height_px": 100}
    return shown


def leaves(value: Any, path: tuple = ()) -> Iterator[tuple]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield from leaves(child, (*path, name))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from leaves(child, (*path, index))
    else:
        yield path


def changed(shown: dict, path: tuple, value: Any) -> dict:
    other = copy.deepcopy(shown)
    *parents, name = path
    target: Any = other
    for step in parents:
        target = target[step]
    assert target[name] != value
    target[name] = value
    return other


def key(shown: dict) -> str:
    return keys.digest(KIND, registry.get(KIND).template_version, 1, shown)


TEXTS = [path for path in leaves(whole()) if path[-1] not in (*OTHERS, *MONEY, *OF_THE_LOGO)]
CLOSED = [path for path in leaves(whole()) if path[-1] in OTHERS]
AMOUNTS = [path for path in leaves(whole()) if path[-1] in MONEY]
WORDS = (
    st.text(st.sampled_from("aábñzÑ0123 <5/10>&αµ≥→"), min_size=1, max_size=30).map(str.strip).filter(bool)
)


@pytest.mark.parametrize("path", TEXTS, ids=str)
@settings(max_examples=examples(5), deadline=None)
@given(word=WORDS)
def test_another_text_is_another_key_and_another_paper(path, word):
    shown = whole()
    other = changed(shown, path, f"x{printable_line(word)}")
    assert key(other) != key(shown)
    assert render(other, LOGOS) != render(shown, LOGOS)


@pytest.mark.parametrize("path", CLOSED, ids=str)
def test_another_choice_is_another_key_and_another_paper(path):
    shown = whole()
    other = changed(shown, path, OTHERS[path[-1]])
    assert key(other) != key(shown)
    assert render(other, LOGOS) != render(shown, LOGOS)


@pytest.mark.parametrize("path", AMOUNTS, ids=str)
@settings(max_examples=examples(5), deadline=None)
@given(
    amount=st.decimals(min_value=0, max_value=10**9, places=2).map(str).filter(lambda a: a not in ("0.00",))
)
def test_another_amount_is_another_key_and_another_paper(path, amount):
    shown = changed(whole(), path, "0.07")
    other = changed(shown, path, amount) if amount != "0.07" else changed(shown, path, "0.08")
    assert key(other) != key(shown)
    assert render(other, LOGOS) != render(shown, LOGOS)


def test_another_logo_is_another_key_and_another_paper():
    shown = whole()
    other = copy.deepcopy(shown)
    other["laboratory"]["logo"] = {"sha256": list(LOGOS)[1], "width_px": 100, "height_px": 300}
    assert key(other) != key(shown)
    assert render(other, LOGOS) != render(shown, LOGOS)


def test_the_same_snapshot_is_the_same_key_and_the_same_paper():
    assert key(whole()) == key(whole())
    assert render(whole(), LOGOS) == render(whole(), LOGOS)


def test_bytes_change_only_with_the_template_version():
    version = registry.get(KIND).template_version
    assert hashlib.sha256(render(whole(), LOGOS)).hexdigest() == GOLDEN[version]


def test_another_template_version_is_another_key():
    assert keys.digest(KIND, 1, 1, whole()) != keys.digest(KIND, 2, 1, whole())
