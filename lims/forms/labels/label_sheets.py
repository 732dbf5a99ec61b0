"""Things chosen for labels: on the list of protocols, on a protocol's page, on the bench."""

from django.http import QueryDict

from lims.forms.kit.listing import WholeList
from lims.forms.operations.operations import LISTS, Listed, found, these
from lims.models import LabelSheet, Protocol, User
from lims.services.labels.sheets import LABELS_MAX, PARTS

KINDS = ("protocol", "cassette", "slide")


def chosen_protocols(by: User, data: QueryDict) -> list[int]:
    """Return the protocols that a list's form chose, the oldest first; one more than a sheet may have.

    Raises Incomplete where nothing was chosen, or the filter is not the list's.
    """
    visible = Protocol.objects.visible_to(by)
    if data.get("all"):
        rows, _kept = found(by, visible, QueryDict(data.get("filter", "")).dict())
    else:
        rows = visible.filter(pk__in=_ids(data.getlist("ids")))
    return list(rows.order_by("pk").values_list("pk", flat=True)[: LABELS_MAX + 1])


def chosen_things(data: QueryDict) -> dict[str, list[int]]:
    """Return the protocols, cassettes and slides of which a form wants labels; raise Incomplete."""
    return {f"{kind}s": _ids(data.getlist(kind)) if data.getlist(kind) else [] for kind in KINDS}


def chosen_parts(data: QueryDict) -> tuple[list[int], list[str]]:
    """Return the protocols in `of` and the parts of them that a form wants labels of; raise Incomplete."""
    return _ids([data.get("of", "")]), [part for part in data.getlist("parts") if part in PARTS]


def _ids(typed: list[str]) -> list[int]:
    return list(these(",".join(typed).split(",")).selection.ids or ())


LISTS[LabelSheet] = Listed("label_sheets", lambda data, by: WholeList(data), ())
