"""A paper that is too large is refused before it is laid out; the largest one is drawn."""

import pytest

from lims.documents.paper.limits import MAX_FIELD_CHARACTERS, MAX_ROWS, PaperTooLarge
from lims.documents.work_orders.drawing import render
from tests.lims.documents.papers import client, line, opened, work_order


def test_most_rows_are_drawn_and_one_more_is_refused():
    assert len(opened(render(work_order(MAX_ROWS), {})).pages) > 100
    with pytest.raises(PaperTooLarge, match="a retry does not help"):
        render(work_order(MAX_ROWS + 1), {})


@pytest.mark.parametrize("field", ["observations", "terms"])
def test_longest_field_is_drawn_and_one_more_character_is_refused(field):
    render(work_order(1) | {field: "x" * MAX_FIELD_CHARACTERS}, {})
    with pytest.raises(PaperTooLarge):
        render(work_order(1) | {field: "x" * (MAX_FIELD_CHARACTERS + 1)}, {})


def test_fields_inside_parts_and_lines_count_too():
    long = "x" * (MAX_FIELD_CHARACTERS + 1)
    for order in (work_order(client=client(name=long)), work_order() | {"lines": [line(1, patient=long)]}):
        with pytest.raises(PaperTooLarge):
            render(order, {})


def test_all_fields_together_are_limited():
    lines = [line(n, description="x" * MAX_FIELD_CHARACTERS) for n in range(201)]
    with pytest.raises(PaperTooLarge, match="together"):
        render(work_order() | {"lines": lines}, {})
