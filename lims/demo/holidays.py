"""Argentina's public holidays of 2026 and 2027, as far as they are known. Data only, but for one verb."""

from lims.models import Holiday

HOLIDAYS = (
    ("2026-01-01", "Año Nuevo"),
    ("2026-02-16", "Carnaval"),
    ("2026-02-17", "Carnaval"),
    ("2026-03-23", "Puente turístico"),
    ("2026-03-24", "Día de la Memoria"),
    ("2026-04-02", "Día del Veterano y de los Caídos en Malvinas"),
    ("2026-04-03", "Viernes Santo"),
    ("2026-05-01", "Día del Trabajador"),
    ("2026-05-25", "Día de la Revolución de Mayo"),
    ("2026-06-15", "Paso a la Inmortalidad del Gral. Güemes"),
    ("2026-06-20", "Día de la Bandera"),
    ("2026-07-09", "Día de la Independencia"),
    ("2026-07-10", "Puente turístico"),
    ("2026-08-17", "Paso a la Inmortalidad del Gral. San Martín"),
    ("2026-10-12", "Día del Respeto a la Diversidad Cultural"),
    ("2026-11-23", "Día de la Soberanía Nacional"),
    ("2026-12-07", "Puente turístico"),
    ("2026-12-08", "Inmaculada Concepción de María"),
    ("2026-12-25", "Navidad"),
    ("2027-01-01", "Año Nuevo"),
    ("2027-02-08", "Carnaval"),
    ("2027-02-09", "Carnaval"),
    ("2027-03-24", "Día de la Memoria"),
    ("2027-03-26", "Viernes Santo"),
    ("2027-04-02", "Día del Veterano y de los Caídos en Malvinas"),
    ("2027-05-01", "Día del Trabajador"),
    ("2027-05-25", "Día de la Revolución de Mayo"),
    ("2027-06-20", "Día de la Bandera"),
    ("2027-06-21", "Paso a la Inmortalidad del Gral. Güemes"),
    ("2027-07-09", "Día de la Independencia"),
    ("2027-08-16", "Paso a la Inmortalidad del Gral. San Martín"),
    ("2027-10-11", "Día del Respeto a la Diversidad Cultural"),
    ("2027-11-20", "Día de la Soberanía Nacional"),
    ("2027-12-08", "Inmaculada Concepción de María"),
    ("2027-12-25", "Navidad"),
)


def create_holidays() -> set:
    """Write the holidays and return their days."""
    Holiday.objects.bulk_create(Holiday(on=on, name=name) for on, name in HOLIDAYS)
    return set(Holiday.objects.values_list("on", flat=True))
