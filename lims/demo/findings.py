"""What the demo's pathologist found: cases whose texts belong together. Data only."""

from typing import NamedTuple


class Finding(NamedTuple):
    """A case: what was seen, how it is named, and for tumours the synoptic table."""

    site: str
    procedure: str
    macroscopic: str
    microscopic: str
    diagnosis: str
    comments: str = ""
    recommendations: str = ""
    synoptic: tuple[tuple[str, str], ...] = ()


HISTOPATHOLOGY = (
    Finding(
        "Piel, flanco",
        "Biopsia escisional",
        "Elipse de piel de 4,2 × 2,6 × 1,8 cm con un nódulo dérmico blanquecino de 1,4 cm, firme y "
        "mal delimitado, a 6 mm del borde lateral más próximo y a 4 mm del plano profundo.",
        "Dermis expandida por una población de células redondas dispuestas en cordones y mantos, con "
        "gránulos citoplasmáticos metacromáticos (azul de toluidina). Anisocitosis y anisocariosis "
        "leves; una mitosis en diez campos de 400× (2,37 mm²). Abundantes eosinófilos y focos de "
        "colagenólisis.",
        "Mastocitoma cutáneo, grado II de Patnaik, bajo grado de Kiupel",
        "Márgenes quirúrgicos libres en los planos examinados. Graduado según Kiupel et al. (2011) y "
        "Patnaik et al. (1984).",
        "Control clínico cada tres meses durante el primer año. Citología del ganglio linfático regional.",
        (
            ("Tamaño", "1,4 cm"),
            ("Grado (Kiupel)", "bajo"),
            ("Mitosis en 2,37 mm²", "1"),
            ("Margen lateral", "6 mm, libre"),
            ("Margen profundo", "4 mm, libre"),
            ("Invasión vascular", "no se observa"),
        ),
    ),
    Finding(
        "Mama inguinal (M5)",
        "Mastectomía regional",
        "Cadena mamaria de 12 × 5 cm. En la quinta mama, una masa multilobulada de 3,1 cm, con áreas "
        "quísticas y contenido gelatinoso. Ganglio inguinal de 1,2 cm.",
        "Proliferación túbulo-papilar de células epiteliales con pleomorfismo moderado, rodeadas de "
        "mioepitelio discontinuo; necrosis focal. Doce mitosis en diez campos de 400× (2,37 mm²). El "
        "ganglio inguinal no muestra células neoplásicas en los cortes examinados.",
        "Carcinoma mamario túbulo-papilar, grado II",
        "Graduado según Peña et al. (2013): túbulos 2, pleomorfismo 2, mitosis 2.",
        "Radiografías de tórax en tres proyecciones. Considerar ovariohisterectomía si aún no se realizó.",
        (
            ("Tamaño", "3,1 cm"),
            ("Grado (Peña)", "II (6 puntos)"),
            ("Invasión linfovascular", "no se observa"),
            ("Ganglio inguinal", "negativo (0/1)"),
            ("Margen más próximo", "9 mm, libre"),
        ),
    ),
    Finding(
        "Bazo",
        "Esplenectomía total",
        "Bazo de 18 × 7 × 4 cm, 410 g, con una masa de 6 cm en la cola, rojo oscura, friable, con "
        "cavidades de contenido hemático. Cápsula rota en 1,5 cm.",
        "Canales vasculares irregulares revestidos por células fusiformes a poligonales con "
        "anisocariosis marcada y mitosis atípicas (18 en 2,37 mm²), hemorragia y trombosis. "
        "Parénquima adyacente con hematopoyesis extramedular.",
        "Hemangiosarcoma esplénico",
        "Hallazgo crítico: comunicado por teléfono al profesional remitente.",
        "Ecografía abdominal y cardíaca para estadificar.",
        (
            ("Tamaño", "6 cm"),
            ("Mitosis en 2,37 mm²", "18"),
            ("Ruptura capsular", "presente"),
            ("Márgenes", "no se aplica"),
        ),
    ),
    Finding(
        "Piel, miembro anterior",
        "Biopsia con sacabocados",
        "Dos cilindros de piel de 6 mm de diámetro y 9 mm de profundidad.",
        "Epidermis con acantosis irregular y paraqueratosis. En la dermis superficial, infiltrado "
        "perivascular de mastocitos, linfocitos y eosinófilos. Glándulas apocrinas dilatadas. Tinción "
        "de PAS negativa para hongos.",
        "Dermatitis perivascular superficial hiperplásica con eosinófilos",
        "El patrón es compatible con dermatitis atópica o alergia alimentaria; la biopsia no las distingue.",
        "Dieta de exclusión de ocho semanas y control de ectoparásitos.",
    ),
    Finding(
        "Encía maxilar",
        "Biopsia incisional",
        "Fragmento irregular de 1,1 × 0,8 cm, pardo negruzco, de superficie ulcerada.",
        "Mucosa ulcerada e infiltrada por células poligonales y fusiformes con pigmento melánico "
        "escaso y actividad en la unión. Nucléolo prominente; más de 20 mitosis en 2,37 mm². Relación "
        "núcleo/citoplasma > 1:1 & anisocariosis ≥ 3.",
        "Melanoma oral maligno",
        "Índice mitótico informado por área contada, no por campo.",
        "Estadificar: ganglios mandibulares y retrofaríngeos, y tórax.",
        (
            ("Mitosis en 2,37 mm²", "> 20"),
            ("Ulceración", "presente"),
            ("Margen", "no evaluable (biopsia incisional)"),
        ),
    ),
    Finding(
        "Yeyuno",
        "Biopsia de espesor completo",
        "Tres fragmentos tubulares de 0,8 cm con las cuatro capas.",
        "Lámina propia expandida por linfocitos y plasmocitos maduros, con atrofia y fusión de "
        "vellosidades. Criptas con detritos. No se observan microorganismos ni células neoplásicas.",
        "Enteritis linfoplasmocitaria moderada",
        "Según la guía de la WSAVA. No se puede descartar linfoma de células pequeñas sólo por morfología.",
        "PCR de clonalidad si no responde al tratamiento.",
    ),
    Finding(
        "Testículo",
        "Orquiectomía",
        "Testículo de 5 × 3,5 cm; al corte, un nódulo blanco de 2,2 cm, homogéneo, que protruye.",
        "Mantos de células redondas grandes con núcleo vesicular y nucléolo único, que borran los "
        "túbulos; agregados linfocitarios. Nueve mitosis en 2,37 mm². Túnica albugínea íntegra.",
        "Seminoma difuso",
        "",
        "Palpación y ecografía de ganglios ilíacos.",
        (
            ("Tamaño", "2,2 cm"),
            ("Invasión de la albugínea", "ausente"),
            ("Cordón espermático", "libre"),
        ),
    ),
    Finding(
        "Piel, dorso",
        "Biopsia escisional",
        "Nódulo subcutáneo de 3 cm, amarillo, blando, encapsulado.",
        "Adipocitos maduros en lóbulos separados por finos tabiques fibrosos. Sin atipia ni mitosis.",
        "Lipoma",
    ),
)
CYTOLOGY = (
    Finding(
        "Ganglio poplíteo",
        "Punción con aguja fina",
        "",
        "Celularidad alta. Más del 80 % de linfocitos grandes con nucléolos múltiples y citoplasma "
        "basófilo; cuerpos linfoglandulares abundantes y seis mitosis en 10 campos de 500×.",
        "Linfoma de células grandes",
        "La citología no establece el inmunofenotipo.",
        "Citometría de flujo o biopsia del ganglio entero.",
    ),
    Finding(
        "Masa subcutánea, tórax",
        "Punción con aguja fina",
        "",
        "Células redondas con gránulos púrpura que ocultan el núcleo; eosinófilos y fibras de colágeno.",
        "Mastocitoma",
        "El grado se establece por histopatología.",
        "Exéresis con márgenes amplios y envío a histopatología.",
    ),
    Finding(
        "Conducto auditivo",
        "Hisopado",
        "",
        "Levaduras con forma de maní (Malassezia spp.), 12 por campo de 1.000×; neutrófilos escasos; "
        "sin bacilos.",
        "Otitis por Malassezia",
        "",
        "Tratamiento tópico y nuevo hisopado a los 21 días.",
    ),
)
CRITICAL = (
    "Comunicado por teléfono al profesional remitente por la Dra. Rivas el mismo día, con "
    "confirmación de lectura."
)
PHRASES = (
    (
        "Márgenes libres",
        "Los márgenes quirúrgicos están libres de células neoplásicas en los planos examinados.",
    ),
    (
        "Sólo la muestra",
        "El diagnóstico se refiere sólo a la muestra examinada.",
    ),
    (
        "PAS negativa",
        "Tinción de PAS negativa para hongos.",
    ),
    (
        "Muestra autolítica",
        "La autólisis limita la interpretación de la muestra.",
    ),
    (
        "Repetir citología",
        "Se sugiere repetir la toma: la celularidad es insuficiente para el diagnóstico.",
    ),
)
