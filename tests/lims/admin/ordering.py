"""What the admin's page of a work order sends."""

from django.urls import reverse

from lims.models import WorkOrder


def url(order: WorkOrder, page: str) -> str:
    return reverse(f"admin:lims_workorder_{page}", args=(order.pk,))


def lines(*rows: dict, initial: int = 0) -> dict:
    """Return the posted fields of these lines."""
    posted = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": initial}
    for index, row in enumerate(rows):
        values = {
            "service": "HP",
            "description": "",
            "quantity": "1",
            "unit_price": "",
            "discount": "0",
        } | row
        posted |= {f"lines-{index}-{name}": value for name, value in values.items()}
    return posted


def billing(order: WorkOrder, **changed) -> dict:
    """Return the posted fields of the order as its page shows them, with some changed."""
    shown = {
        name: getattr(order, name) for name in ("billing_name", "billing_tax_id", "billing_vat_condition")
    }
    shown |= {
        "advance": str(order.advance),
        "observations": order.observations,
        "seen_version": order.lock_version,
    }
    return shown | changed
