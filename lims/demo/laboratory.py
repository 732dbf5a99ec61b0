"""The demo's letterhead and price list."""

from datetime import date, timedelta
from decimal import Decimal

from lims.demo import logo, texts
from lims.models import Laboratory, Price
from lims.services.kit import assets

# How often prices rose, and to how much of the price before.
RISES = (Decimal("1.00"), Decimal("1.38"), Decimal("1.45"), Decimal("1.30"), Decimal("1.22"))
FIRST_YEARS_AGO = 4


def create_laboratory() -> None:
    """Write the laboratory's one row, with its logo."""
    Laboratory.objects.create(
        pk=1,
        name="Laboratorio de Patología Veterinaria Lámina",
        address="Campus Universitario, Paraje Arroyo Seco s/n, (7000) Tandil, Buenos Aires",
        phone="+54 249 438-5850",
        email="patologia@demo.test",
        website="https://lamina.demo.test",
        tax_id="30-99999999-5",
        director="Dra. Paula Rivas",
        footer="Laboratorio de demostración: personas, animales y resultados son inventados.",
        work_order_terms=(
            "Pago a 30 días de la fecha de emisión por transferencia bancaria. "
            "Los tacos se conservan diez años y los preparados cinco años desde la recepción."
        ),
        logo_id=assets.keep(logo.draw_logo(), "image/png", logo.SIZE_PX, logo.SIZE_PX),
    )


def create_prices(today: date) -> None:
    """Write the price list: each service has one open price and the history of its rises."""
    starts = [date(today.year - years, 1, 1) for years in range(FIRST_YEARS_AGO, 0, -1)]
    starts.append(today - timedelta(days=45))
    ends = [start - timedelta(days=1) for start in starts[1:]] + [None]
    rows = []
    for service, description, first_price in texts.SERVICES:
        price = Decimal(first_price)
        for start, end, rise in zip(starts, ends, RISES, strict=True):
            price = (price * rise / 10).quantize(Decimal(1)) * 10
            period = {"valid_from": start, "valid_until": end}
            rows.append(Price(service=service, description=description, price=price, **period))
    Price.objects.bulk_create(rows)
