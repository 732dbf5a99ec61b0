"""Texts that have broken papers, pages and tables before; the demo shows that they no longer do."""

UNBROKEN = "Adenocarcinoma" + "ñandubaysauriosis" * 236

NAMES = (
    "<5/10 HPF>",
    "R&D",
    "<b>Rocco</b>",
    "Coco 🐶🔬",
    "שוקולד (Chocolate)",
    "فستق Pistacho",
    "<script>alert(1)</script>",
    'O\'Higgins "el Flaco" \\ 100 %',
    "N" + "o" * 150,
)
TEXTS = (
    "Índice mitótico <5/10 HPF>; relación núcleo/citoplasma > 1:1 & anisocariosis ≥ 3.",
    "Remite R&D; cc <b>urgente</b> <i>sin cerrar <font size=40>.",
    "Perra muy buena 🐶❤️‍🔥. Owner's note: «no usar \\n ni %s».",
    "المريض بحالة جيدة. Tolera bien la anestesia. הבדיקה תקינה.",
    UNBROKEN[:4_000],
    "Línea uno\nLínea dos\n\n\tcon tabulación\n" + "· repetido " * 40,
    "<img src=x onerror=alert(1)> {{ secreto }} {% now %} ${jndi} ../../etc/passwd",
)
BILLING_NAMES = (
    "R&D Veterinaria <b>S.R.L.</b>",
    "Establecimiento 🐄 La Vaca Feliz & Hijos",
    "שירותים וטרינריים Servicios",
    ("Asociación Cooperadora de la Facultad de Ciencias Veterinarias " * 4)[:190],
    "Sociedad" + "SinEspacios" * 16,
)


def pick(texts: tuple[str, ...], index: int, max_length: int) -> str:
    """Return one of the texts, cut to what its column holds."""
    return texts[index % len(texts)][:max_length]
