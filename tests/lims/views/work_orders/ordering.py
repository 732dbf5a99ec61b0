"""What the form of a work order sends."""

from lims.models import WorkOrder


def row(number: int, protocol, **typed) -> dict:
    values = {"wanted": "on", "protocol": protocol.pk, "service": "HP-1", "quantity": "1"} | typed
    return {f"lines-{number}-{name}": value for name, value in values.items() if value is not None}


def typed(order_or_vet, *rows: dict, **changes) -> dict:
    order = order_or_vet if isinstance(order_or_vet, WorkOrder) else WorkOrder(veterinarian=order_or_vet)
    fields = {
        "veterinarian": order.veterinarian_id,
        "version": order.lock_version,
        "advance": "0",
        "billing_name": order.billing_name or "Clínica del Sur",
        "billing_tax_id": "",
        "billing_vat_condition": "monotributo",
        "observations": "",
        "lines-TOTAL_FORMS": len(rows),
        "lines-INITIAL_FORMS": 0,
    }
    for each in rows:
        fields |= each
    return fields | changes
