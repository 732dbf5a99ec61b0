"""Snapshots to draw, and what a reader gets out of the PDF: text as it is copied, pages, bookmarks."""

import hashlib
import io
import re
import subprocess
from typing import Any

import pikepdf
from PIL import Image

from lims.documents.work_orders.drawing import render

DESCRIPTIONS = ("Histopatología: biopsia", "Citología por punción", "Recuento <5/10 HPF, R&D", "Tinción PAS")
FOOTER = re.compile(r"Conserveestedocumento\.OrdendetrabajoOT-2026-001·Página\d+de\d+$")


def work_order(lines: int = 3, **changes: Any) -> dict[str, Any]:
    """A snapshot with that many lines and no logo; `changes` replace its top-level values."""
    return {
        "language": "es",
        "mark": None,
        "number": "OT-2026-001",
        "issued_on": "2026-11-23",
        "laboratory": laboratory(),
        "client": client(),
        "lines": [line(n) for n in range(1, lines + 1)],
        "total": "1234567.50",
        "advance": "234567.00",
        "balance": "1000000.50",
        "payment_status": "partial",
        "observations": "Retirar los tacos.\nSe factura a fin de mes.",
        "terms": "Válida por 30 días.\nPago por transferencia.",
        "cancellation_reason": "",
    } | changes


def laboratory(**changes: Any) -> dict[str, Any]:
    """The sender."""
    return {
        "name": "Laboratorio de Patología",
        "address": "Av. San Martín 5285\nBuenos Aires",
        "phone": "011 5287-2000",
        "email": "patologia@lab.test",
        "tax_id": "30-54666656-1",
        "website": "lab.test",
        "footer": "Conserve este documento.",
        "logo": None,
    } | changes


def client(**changes: Any) -> dict[str, Any]:
    """The recipient."""
    return {
        "name": "Bruno Giménez",
        "tax_id": "20-28765432-9",
        "vat_condition": "registered",
        "address": "Calle 60 N.º 1180, La Plata",
        "clinic": "Clínica Los Tilos",
        "veterinarian": "M. V. Bruno Giménez",
        "licence": "M. P. 8421",
        "phone": "0221 555-0101",
        "email": "vet@lab.test",
    } | changes


def line(number: int, **changes: Any) -> dict[str, str]:
    """One line of an order."""
    return {
        "protocol": f"HP 26/{number:03d}",
        "patient": "Ñandú",
        "description": DESCRIPTIONS[number % len(DESCRIPTIONS)],
        "quantity": "2",
        "unit_price": "18500.00",
        "discount": "0.00",
        "subtotal": "37000.00",
    } | changes


def image(width_px: int, height_px: int, kind: str = "PNG", mode: str = "RGB") -> bytes:
    """The bytes of a plain picture."""
    buffer = io.BytesIO()
    Image.new(mode, (width_px, height_px), 1).save(buffer, kind)
    return buffer.getvalue()


def with_logo(data: bytes, width_px: int, height_px: int) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A snapshot with that logo, and its assets."""
    digest = hashlib.sha256(data).hexdigest()
    logo = {"sha256": digest, "width_px": width_px, "height_px": height_px}
    return work_order(laboratory=laboratory(logo=logo)), {digest: data}


def pages(snapshot: dict[str, Any]) -> list[str]:
    """The text of each page of the drawn snapshot, laid out as it is printed."""
    return copy_out(render(snapshot, {}), "-layout").split("\f")[:-1]


def copied(pdf: bytes) -> str:
    """All text of a PDF as it copies out, in reading order, without white space."""
    return squeezed(copy_out(pdf, "-raw"))


def content(snapshot: dict[str, Any]) -> str:
    """As `copied`, without the frame of each page, of an order that keeps the usual one."""
    first, *others = map(squeezed, copy_out(render(snapshot, {}), "-raw").split("\f")[:-1])
    head = squeezed("Laboratorio de Patología Orden de trabajo OT-2026-001")
    columns = squeezed("Protocolo Paciente Descripción Cant. Precio ($) Descuento ($) Subtotal ($)")
    bodies = [first, *(page.removeprefix(head).removeprefix(columns) for page in others)]
    return "".join(FOOTER.sub("", body) for body in bodies)


def squeezed(text: str) -> str:
    """The text without white space, which line breaks change."""
    return "".join(text.split())


def opened(pdf: bytes) -> pikepdf.Pdf:
    """The file as a parser sees it."""
    return pikepdf.open(io.BytesIO(pdf))


def copy_out(pdf: bytes, mode: str) -> str:
    """The text of a PDF in one of pdftotext's modes, with a form feed after each page."""
    done = subprocess.run(["pdftotext", mode, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()
