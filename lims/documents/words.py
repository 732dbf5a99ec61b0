"""The words that our papers print, by language: a paper's is its recipient's, whoever asks for it."""

LANGUAGES = ("es", "en")

_WORDS = {
    "work_order": ("Orden de trabajo", "Work order"),
    "date": ("Fecha", "Date"),
    "tax_id": ("CUIT", "Tax ID (CUIT)"),
    "client": ("Cliente", "Client"),
    "vat_condition": ("Condición ante el IVA", "VAT status"),
    "registered": ("Responsable inscripto", "VAT registered"),
    "monotributo": ("Monotributo", "Simplified regime (monotributo)"),
    "exempt": ("Exento", "VAT exempt"),
    "final_consumer": ("Consumidor final", "Final consumer"),
    "address": ("Domicilio", "Address"),
    "clinic": ("Clínica", "Clinic"),
    "veterinarian": ("Profesional", "Veterinarian"),
    "licence": ("Matrícula", "Licence"),
    "phone": ("Teléfono", "Phone"),
    "email": ("Correo", "E-mail"),
    "lines": ("Detalle", "Details"),
    "no_lines": ("Sin renglones.", "No lines."),
    "protocol": ("Protocolo", "Protocol"),
    "patient": ("Paciente", "Patient"),
    "description": ("Descripción", "Description"),
    "quantity": ("Cant.", "Qty"),
    "unit_price": ("Precio ($)", "Price (ARS)"),
    "discount": ("Descuento ($)", "Discount (ARS)"),
    "subtotal": ("Subtotal ($)", "Subtotal (ARS)"),
    "totals": ("Totales", "Totals"),
    "total": ("Total", "Total"),
    "advance": ("Anticipo", "Advance"),
    "balance": ("Saldo", "Balance"),
    "payment_status": ("Estado de pago", "Payment status"),
    "unpaid": ("Pendiente", "Unpaid"),
    "partial": ("Pago parcial", "Partly paid"),
    "paid": ("Pagada", "Paid"),
    "observations": ("Observaciones", "Remarks"),
    "terms": ("Condiciones", "Terms"),
    "laboratory_note": ("Del laboratorio", "From the laboratory"),
    "draft": ("Borrador", "Draft"),
    "unnumbered": ("(borrador)", "(draft)"),
    "draft_note": ("sin validez", "not valid"),
    "cancelled": ("Anulada", "Cancelled"),
    "cancelled_note": ("sin validez", "not valid"),
    "cancellation_reason": ("Motivo de la anulación", "Reason for cancellation"),
    "page": ("Página {page} de {pages}", "Page {page} of {pages}"),
}


def words(language: str) -> dict[str, str]:
    """All words in that language; KeyError for a language that no paper has."""
    return _BY_LANGUAGE[language]


_BY_LANGUAGE = {
    language: {key: texts[n] for key, texts in _WORDS.items()} for n, language in enumerate(LANGUAGES)
}
