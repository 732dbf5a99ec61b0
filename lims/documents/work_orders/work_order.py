"""The work order as a document type: what it shows; how it is drawn stands in `work_order_paper`."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Subquery, TextField
from django.db.models.functions import Cast, JSONObject

from lims.documents.paper.assets import canonical_lines, load_assets
from lims.documents.paper.fonts import prepare
from lims.documents.paper.reading import RowReader
from lims.documents.work_orders.drawing import render
from lims.models import Laboratory, WorkOrder, WorkOrderLine, WorkOrderStatus
from lims.models.people import full_name
from pdfcache.errors import DocumentGone
from pdfcache.registry import DocumentType, register

KIND = "work-order"

Snapshot = dict[str, Any]

SHOWN = (
    "number",
    "status",
    "issued_on",
    "printed_lines_id",
    "total",
    "advance",
    "balance",
    "payment_status",
    "observations",
    "cancellation_reason",
    "veterinarian__user__language",
)
CLIENT = {
    "name": "billing_name",
    "tax_id": "billing_tax_id",
    "vat_condition": "billing_vat_condition",
    "address": "veterinarian__address",
    "clinic": "veterinarian__clinic",
    "licence": "veterinarian__licence",
    "phone": "veterinarian__phone",
    "email": "veterinarian__user__email",
}
NAME = ("veterinarian__first_names", "veterinarian__last_names")
LABORATORY = ("name", "address", "phone", "email", "tax_id", "website", "footer")
TERMS = "work_order_terms"
LOGO = {"sha256": "logo_id", "width_px": "logo__width_px", "height_px": "logo__height_px"}
MARKED = (WorkOrderStatus.DRAFT, WorkOrderStatus.CANCELLED)
# As one JSON value, so that an open asks once.
THE_LABORATORY = Subquery(
    Laboratory.objects.filter(pk=1).values(
        json=Cast(JSONObject(**{name: name for name in (*LABORATORY, *LOGO.values(), TERMS)}), TextField())
    )
)
ORDERS = RowReader(
    lambda pk: WorkOrder.objects.filter(pk=pk).values(
        *SHOWN, *CLIENT.values(), *NAME, laboratory=THE_LABORATORY
    )
)


def snapshot(pk: int) -> Snapshot:
    """Return everything that the order's PDF shows; raise DocumentGone if there is no such order.

    One statement whatever the number of lines, once it is issued: its frozen lines are named by digest.
    """
    order = ORDERS.read(pk)
    if order is None:
        raise DocumentGone(f"There is no work order {pk}; no retry helps.")
    lines_sha256 = order["printed_lines_id"]
    return {
        "language": order["veterinarian__user__language"],
        "mark": order["status"] if order["status"] in MARKED else None,
        "number": order["number"] or "",
        "issued_on": order["issued_on"].isoformat() if order["issued_on"] else None,
        **_laboratory(order["laboratory"]),
        "client": {name: order[source] for name, source in CLIENT.items()}
        | {"veterinarian": full_name(*(order[source] for source in NAME))},
        "lines": {"sha256": lines_sha256} if lines_sha256 else printed_lines(pk),
        "total": str(order["total"]),
        "advance": str(order["advance"]),
        "balance": str(order["balance"]),
        "payment_status": order["payment_status"],
        "observations": order["observations"],
        "cancellation_reason": order["cancellation_reason"],
    }


def printed_lines(pk: int) -> list[dict[str, str]]:
    """Return an order's lines as they are printed now."""
    lines = WorkOrderLine.objects.filter(work_order=pk).select_related("protocol").order_by("position")
    return [_line(line) for line in lines]


def frozen_lines(pk: int) -> bytes:
    """Return an order's printed lines as the bytes that an issued order keeps for ever."""
    return canonical_lines(printed_lines(pk))


def assets(shown: Snapshot) -> Mapping[str, bytes]:
    """Return the logo and the frozen lines that a snapshot names by digest."""
    return load_assets([shown["laboratory"]["logo"], shown["lines"]])


def filename(shown: Snapshot) -> str:
    """Return the name under which a browser saves the PDF."""
    return f"{shown['number'] or 'borrador'}.pdf"


def pks() -> Iterable[int]:
    """Return the issued orders, which is what warming all of them means."""
    return WorkOrder.objects.filter(number__isnull=False).values_list("pk", flat=True).iterator()


def _laboratory(row: str | None) -> dict[str, Any]:
    columns: dict[str, Any] = json.loads(row) if row else {}
    logo = {name: columns.get(source) for name, source in LOGO.items()}
    return {
        "laboratory": {name: columns.get(name, "") for name in LABORATORY}
        | {"logo": logo if logo["sha256"] else None},
        "terms": columns.get(TERMS, ""),
    }


def _line(line: WorkOrderLine) -> dict[str, str]:
    return {
        "protocol": line.protocol.code,
        "patient": line.protocol.animal,
        "description": line.description,
        "quantity": str(line.quantity),
        "unit_price": str(line.unit_price),
        "discount": str(line.discount),
        "subtotal": str(line.subtotal),
    }


register(
    DocumentType(
        kind=KIND,
        template_version=1,
        snapshot=snapshot,
        assets=assets,
        render=render,
        filename=filename,
        pks=pks,
        prepare=prepare,
    )
)
