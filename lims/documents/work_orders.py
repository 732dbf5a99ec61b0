"""The work order as a document type: what it shows; how it is drawn stands in `work_order_paper`."""

from collections.abc import Iterable, Mapping
from typing import Any

from lims.documents.freezing import canonical_lines, load_assets
from lims.documents.work_order_paper import render
from lims.models import Laboratory, WorkOrder, WorkOrderLine, WorkOrderStatus
from pdfcache.errors import DocumentGone
from pdfcache.registry import DocumentType, register

KIND = "work-order"

Snapshot = dict[str, Any]


def snapshot(pk: int) -> Snapshot:
    """Return everything that the order's PDF shows; raise DocumentGone if there is no such order.

    Two statements whatever the number of lines, once it is issued: its frozen lines are named by digest.
    """
    order = WorkOrder.objects.filter(pk=pk).select_related("veterinarian__user").first()
    if order is None:
        raise DocumentGone(f"There is no work order {pk}; no retry helps.")
    return {
        "language": order.veterinarian.user.language,
        "mark": order.status if order.status in (WorkOrderStatus.DRAFT, WorkOrderStatus.CANCELLED) else None,
        "number": order.number or "",
        "issued_on": order.issued_on.isoformat() if order.issued_on else None,
        **_laboratory(),
        "client": _client(order),
        "lines": {"sha256": order.printed_lines_id} if order.printed_lines_id else printed_lines(order),
        "total": str(order.total),
        "advance": str(order.advance),
        "balance": str(order.balance),
        "payment_status": order.payment_status,
        "observations": order.observations,
        "cancellation_reason": order.cancellation_reason,
    }


def printed_lines(order: WorkOrder) -> list[dict[str, str]]:
    """Return the order's lines as they are printed now."""
    return [_line(line) for line in order.lines.select_related("protocol")]


def frozen_lines(order: WorkOrder) -> bytes:
    """Return the order's printed lines as the bytes that an issued order keeps for ever."""
    return canonical_lines(printed_lines(order))


def assets(shown: Snapshot) -> Mapping[str, bytes]:
    """Return the logo and the frozen lines that a snapshot names by digest."""
    return load_assets([shown["laboratory"]["logo"], shown["lines"]])


def filename(shown: Snapshot) -> str:
    """Return the name under which a browser saves the PDF."""
    return f"{shown['number'] or 'borrador'}.pdf"


def pks() -> Iterable[int]:
    """Return the issued orders, which is what warming all of them means."""
    return WorkOrder.objects.filter(number__isnull=False).values_list("pk", flat=True).iterator()


def _laboratory() -> dict[str, Any]:
    laboratory = Laboratory.objects.select_related("logo").defer("logo__content").first() or Laboratory()
    logo = laboratory.logo
    fields = ("name", "address", "phone", "email", "tax_id", "website", "footer")
    return {
        "laboratory": {name: getattr(laboratory, name) for name in fields}
        | {"logo": logo and {"sha256": logo.pk, "width_px": logo.width_px, "height_px": logo.height_px}},
        "terms": laboratory.work_order_terms,
    }


def _client(order: WorkOrder) -> dict[str, str]:
    veterinarian = order.veterinarian
    return {
        "name": order.billing_name,
        "tax_id": order.billing_tax_id,
        "vat_condition": order.billing_vat_condition,
        "address": veterinarian.address,
        "clinic": veterinarian.clinic,
        "veterinarian": veterinarian.name,
        "licence": veterinarian.licence,
        "phone": veterinarian.phone,
        "email": veterinarian.user.email,
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
    )
)
