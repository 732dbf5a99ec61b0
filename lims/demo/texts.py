"""The words that the demo's samples are made of: people, animals, organs, findings. Data only."""

FIRST_NAMES = (
    "Agustina", "Bautista", "Camila", "Damián", "Elena", "Facundo", "Guadalupe", "Hernán", "Ignacio",
    "Julieta", "Lautaro", "Milagros", "Nahuel", "Ofelia", "Pilar", "Ramiro", "Sol", "Tomás", "Úrsula",
    "Ximena",
)  # fmt: skip
LAST_NAMES = (
    "Acuña", "Benítez", "Cabrera", "Domínguez", "Escobar", "Figueroa", "Giménez", "Herrera", "Ibáñez",
    "Juárez", "Ledesma", "Maldonado", "Núñez", "Ojeda", "Peralta", "Quiroga", "Ríos", "Sosa", "Villagra",
    "Zárate",
)  # fmt: skip
# First names, last names, clinic, town.
VETERINARIANS = (
    ("Martina", "Aguirre", "Veterinaria Los Ceibos", "Tandil"),
    ("Joaquín", "Bustamante", "Clínica Veterinaria Belgrano", "Río Cuarto"),
    ("Sofía", "Cáceres", "Hospital Veterinario del Litoral", "Esperanza"),
    ("Nicolás", "Etcheverry", "Agroveterinaria El Tala", "Azul"),
    ("Valentina", "Funes", "Patitas Consultorio Veterinario", "Villa María"),
    ("Gonzalo", "Ibarra", "Centro Veterinario Norte", "San Miguel de Tucumán"),
    ("Rocío", "Luján", "Veterinaria San Roque", "Mercedes"),
    ("Ezequiel", "Moyano", "Clínica Equina La Rienda", "San Antonio de Areco"),
    ("Florencia", "Ñáñez", "Vet 24 Horas", "Corrientes"),
    ("Matías", "Olivera", "Veterinaria Rural Don Segundo", "Olavarría"),
    ("Carolina", "Pedernera", "Exóticos del Plata", "La Plata"),
    ("Leandro", "Schneider", "Consultorio Veterinario Schneider", "Paraná"),
)
# Species, share among the samples, from which to which weight in kg, breeds.
SPECIES = (
    (
        "Canino",
        60,
        (4, 45),
        (
            "Mestizo",
            "Bóxer",
            "Ovejero alemán",
            "Labrador",
            "Dogo argentino",
            "Caniche",
            "Bulldog francés",
            "Golden retriever",
            "Cocker spaniel",
            "Salchicha",
        ),
    ),
    ("Felino", 25, (2, 8), ["Común europeo", "Siamés", "Persa", "Maine coon", "Mestizo"]),
    ("Bovino", 6, (180, 700), ["Aberdeen Angus", "Hereford", "Holando argentino", "Braford"]),
    ("Equino", 5, (300, 550), ["Criollo", "Pura sangre de carrera", "Silla argentino", "Polo argentino"]),
    ("Ovino", 2, (35, 90), ["Corriedale", "Merino"]),
    ("Conejo", 1, (1, 4), ["Cabeza de león", "Holandés enano"]),
    ("Cobayo", 1, (1, 2), ["Peruano", "Abisinio"]),
)
ANIMALS = (
    "Firulais", "Mora", "Simón", "Lola", "Coco", "Negrita", "Toby", "Pelusa", "Rocco", "Frida", "Milo",
    "Kiara", "Ñandú", "Uma", "Tango", "Canela", "Bruno", "Olivia", "Gaucho", "Malbec", "Chimuela", "Zeus",
    "India", "Pampa",
)  # fmt: skip
AGES = (
    "4 meses", "11 meses", "2 años", "3 años y 6 meses", "5 años", "7 años", "9 años", "12 años", "15 años",
)  # fmt: skip
# What only animals of one sex have.
SITE_SEX = {"mama inguinal derecha (M5)": "female", "útero": "female", "testículo derecho": "male"}
SITES = (
    "piel de flanco izquierdo", "mama inguinal derecha (M5)", "bazo", "lóbulo hepático lateral izquierdo",
    "testículo derecho", "labio inferior", "tercer párpado", "dígito IV del miembro posterior",
    "vejiga urinaria", "ganglio poplíteo", "útero", "encía maxilar", "conducto auditivo externo", "yeyuno",
    "pared torácica",
)  # fmt: skip
LESIONS = (
    "nódulo firme de 2,5 cm, no adherido a planos profundos",
    "masa ulcerada de 4 × 3 cm, de crecimiento rápido", "placa alopécica y eritematosa, pruriginosa",
    "neoformación pediculada, friable al tacto", "aumento de tamaño difuso, de bordes irregulares",
    "múltiples nódulos de 0,3 a 1 cm", "lesión quística con contenido serohemorrágico",
    "úlcera crónica de bordes elevados, sin respuesta a antibióticos",
)  # fmt: skip
COURSES = (
    "Evolución de tres semanas.", "Dos meses de evolución, con aumento marcado en los últimos diez días.",
    "Hallazgo en el control anual.", "Recidiva de una lesión extirpada hace un año.",
    "Sin respuesta a cefalexina ni a corticoides.",
    "Ecografía: parénquima heterogéneo; radiografía de tórax sin metástasis.",
    "Hemograma: anemia leve no regenerativa (Hto 31 %).", "Se realizó exéresis con márgenes de 2 cm.",
)  # fmt: skip
DIAGNOSES = (
    "Mastocitoma cutáneo, a graduar", "Carcinoma mamario", "Fibrosarcoma", "Hemangiosarcoma esplénico",
    "Histiocitoma cutáneo", "Lipoma", "Melanoma oral", "Carcinoma de células escamosas", "Linfoma",
    "Hiperplasia nodular", "Dermatitis atópica", "Complejo granuloma eosinofílico",
    "Adenoma de glándulas perianales", "Seminoma", "Carcinoma de células de transición",
    "Enteritis linfoplasmocitaria", "Osteosarcoma", "Pitiosis",
)  # fmt: skip
RECEPTION_NOTES = (
    "", "", "", "Frasco bien rotulado, formol suficiente.", "Muestra en formol al 10 %, volumen adecuado.",
    "Llegó por comisionista, precinto intacto.", "Dos frascos en una bolsa; se separaron en recepción.",
)  # fmt: skip
DISCREPANCIES = (
    "Se declararon tres frascos y llegaron dos.", "El rótulo dice «Lolo» y el protocolo «Lola».",
    "El remitido no indica el sitio de la lesión.", "Se declararon cuatro extendidos y uno llegó roto.",
)  # fmt: skip
REJECTIONS = (
    "Muestra autolítica, sin fijador.", "Frasco sin rótulo: no puede atribuirse a ningún paciente.",
    "Tejido congelado; no apto para histopatología.", "Extendidos rotos en el transporte.",
)  # fmt: skip
OBSERVATIONS = (
    "", "", "", "Entregar la factura en administración de la clínica.", "Pago por transferencia a 15 días.",
    "Incluye los recortes pedidos por la patóloga.",
    "Convenio con la cátedra de Clínica de Pequeños Animales.",
)  # fmt: skip
# Service, description, price when the list began, in pesos.
SERVICES = (
    ("HP-1", "Histopatología, una pieza", 9_800),
    ("HP-2", "Histopatología, dos a cuatro piezas", 14_500),
    ("HP-M", "Histopatología, pieza quirúrgica con evaluación de márgenes", 21_000),
    ("CT-1", "Citología, hasta cuatro extendidos", 6_400),
    ("CT-L", "Citología de líquidos corporales", 7_900),
    ("TIN-PAS", "Coloración especial: PAS", 3_100),
    ("TIN-GIE", "Coloración especial: Giemsa", 2_700),
    ("TIN-TRI", "Coloración especial: tricrómico de Masson", 3_600),
    ("TIN-ZN", "Coloración especial: Ziehl-Neelsen", 3_300),
    ("IHQ", "Inmunohistoquímica, por anticuerpo", 18_900),
    ("COR", "Cortes seriados adicionales", 1_900),
    ("DES", "Descalcificación de tejido óseo", 2_450),
    ("URG", "Recargo por urgencia, 48 horas", 5_500),
)
