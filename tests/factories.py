"""Makes things for tests: small, valid, and different only where a test says so."""

import hashlib
import io
from datetime import date
from decimal import Decimal

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from PIL import Image, ImageDraw

from lims.documents.reports.document import Seal, snapshot, without_texts
from lims.models import (
    Asset,
    Cassette,
    CassetteStage,
    HistopathologySample,
    Laboratory,
    Pathologist,
    Price,
    Protocol,
    Report,
    ReportCassette,
    ReportDiagnosis,
    Role,
    Slide,
    Specimen,
    StaffMember,
    User,
    Veterinarian,
    WorkOrder,
)
from lims.models.processing import Stage
from lims.services.reports.finalizing import finalize_report
from lims.services.work_orders.work_orders import Line, create_work_order, issue_work_order
from tests.running import run_jobs

PASSWORD = "demo-lamina"
# What is said of a slide that lacks nothing.
JUDGED = {"mounted_at": timezone.now(), "stained_at": timezone.now(), "quality": "good"}


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@lab.test")
    role = Role.VETERINARIAN
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def verified(self, create, extracted, **kwargs):
        if create and extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class VeterinarianFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Veterinarian

    user = factory.SubFactory(UserFactory)
    first_names = factory.Sequence(lambda n: f"Vet {n}")
    last_names = "Pérez"
    licence = factory.Sequence(lambda n: f"MP {1000 + n}")
    clinic = "Clínica del Sur"


def verify(user: User) -> User:
    """Return a vet whose profile the laboratory has verified."""
    Veterinarian.objects.filter(user=user).update(verified_at=timezone.now())
    return User.objects.select_related("veterinarian").get(pk=user.pk)


class StaffMemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StaffMember

    user = factory.SubFactory(UserFactory, role=Role.STAFF)
    first_names = "Ana"
    last_names = "Suárez"


class ProtocolFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Protocol

    kind = "histopathology"
    status = "ready"
    number = factory.Sequence(lambda n: f"HP 26/{n:03d}")
    veterinarian = factory.SubFactory(VeterinarianFactory)
    animal = "Firulais"
    species = "Canino"
    received_at = factory.LazyFunction(timezone.now)


class PriceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Price

    service = factory.Sequence(lambda n: f"HP-{n}")
    description = "Biopsia, una pieza"
    price = Decimal("1000.00")
    valid_from = date(2020, 1, 1)


class AssetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Asset
        django_get_or_create = ("sha256",)

    content = factory.LazyFunction(lambda: signature_png())
    sha256 = factory.LazyAttribute(lambda asset: hashlib.sha256(asset.content).hexdigest())
    media_type = "image/png"
    width_px = 240
    height_px = 80


class PathologistFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Pathologist

    staff_member = factory.SubFactory(
        StaffMemberFactory, user__role=Role.PATHOLOGIST, first_names="Paula", last_names="Rivas"
    )
    licence = factory.Sequence(lambda n: f"MP {2000 + n}")
    specialty = "Anatomía patológica veterinaria"
    contact = "patologia@lab.test"
    signature = factory.SubFactory(AssetFactory)
    may_sign = True


def signature_png() -> bytes:
    """Return a small picture that stands for a signature."""
    image = Image.new("RGB", (240, 80), "white")
    ImageDraw.Draw(image).line([(10, 60), (80, 20), (120, 60), (230, 30)], fill="black", width=3)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def ready_protocol(veterinarian: Veterinarian | None = None, specimens: int = 1, **fields) -> Protocol:
    """Return a ready histopathology protocol with so many specimens, each in one cassette on one slide.

    Nothing is lacking: the cassettes have passed their stages, the slides are mounted, stained and judged.
    """
    own = {"veterinarian": veterinarian} if veterinarian else {}
    codes = {"last_cassette": specimens, "last_slide": specimens}
    protocol = ProtocolFactory(**own, **codes | fields)
    HistopathologySample.objects.create(protocol=protocol, containers_received=1)
    for number in range(1, specimens + 1):
        specimen = Specimen.objects.create(
            protocol=protocol,
            label=chr(64 + number),
            site="Piel, flanco",
            side="left",
            procedure="Biopsia escisional",
        )
        cassette = Cassette.objects.create(
            protocol=protocol,
            specimen=specimen,
            code=f"{protocol.number}-C{number}",
            material="Piel y subcutis",
        )
        pass_stages(cassette)
        slide = Slide.objects.create(protocol=protocol, code=f"{protocol.number}-S{number}", **JUDGED)
        slide.cassettes.add(cassette)
    return protocol


def pass_stages(cassette: Cassette) -> None:
    """Let a cassette have passed every stage, by the hand of its vet: who it was matters nowhere."""
    by = cassette.protocol.veterinarian.user
    CassetteStage.objects.bulk_create(
        CassetteStage(cassette=cassette, stage=stage, at=JUDGED["stained_at"], by=by) for stage in Stage
    )


def draft_report(author: Pathologist, protocol: Protocol | None = None, **texts) -> Report:
    """Return a complete draft of a pathologist, by rows alone; `texts` replace its texts."""
    protocol = protocol or ready_protocol()
    written = {
        "macroscopic": "Fragmento de piel de 3 x 2 cm.",
        "microscopic": "Proliferación de mastocitos bien diferenciados; <5/10 HPF.",
        "comments": "Márgenes libres a 4 mm.",
        "methods": "Formol 10 %, parafina, H&E.",
    }
    report = Report.objects.create(protocol=protocol, author=author, **written | texts)
    for position, specimen in enumerate(protocol.specimens.all()):
        ReportDiagnosis.objects.create(
            report=report,
            position=position,
            specimen=specimen,
            heading=str(specimen),
            diagnosis="Mastocitoma cutáneo, grado bajo",
        )
    for position, cassette in enumerate(protocol.cassettes.all()):
        ReportCassette.objects.create(report=report, position=position, cassette=cassette)
    return report


def finalized_report(author: Pathologist, protocol: Protocol | None = None, **texts) -> Report:
    """Return a report that its author has just finalized; the job that issues it is pending."""
    draft = draft_report(author, protocol, **texts)
    return finalize_report(author.staff_member.user, draft.pk)


def archived_report(author: Pathologist, protocol: Protocol | None = None, **fields) -> Report:
    """Return a report that counts as issued, by rows alone: no archive holds it, nobody was told."""
    report = draft_report(author, protocol)
    seal = Seal(timezone.now(), *_serial(report.pk))
    values = {
        "status": "issued",
        "snapshot": without_texts(snapshot(report.pk, seal)),
        "finalized_at": seal.finalized_at,
        "issued_at": seal.finalized_at,
        "verification_token": seal.token,
        "verification_code": seal.code,
        "archive_key": f"reports/{report.pk}.pdf",
        "archive_version_id": "1",
        "sha256": "0" * 64,
        "size_bytes": 1_000,
        "pages": 1,
    }
    Report.objects.filter(pk=report.pk).update(**values | fields)
    report.refresh_from_db()
    return report


def _serial(number: int) -> tuple[str, str]:
    """A token and a code that no other report of the test has."""
    token = f"{number:032x}"
    return token, token[-12:].upper()


def next_version(replaced: Report) -> Report:
    """Return the issued report that takes an issued one's place, by rows alone."""
    replaced.status = "superseded"
    replaced.save()
    token, code = _serial(replaced.pk + 1_000_000)
    amended = {"version": replaced.version + 1, "amendment_reason": "Corrige el margen", "status": "issued"}
    sealed = {"verification_token": token, "verification_code": code}
    copied = {field.attname: getattr(replaced, field.attname) for field in Report._meta.concrete_fields}
    return Report.objects.create(**copied | amended | sealed | {"id": None, "replaces_id": replaced.pk})


def issued_report(author: Pathologist, protocol: Protocol | None = None, **texts) -> Report:
    """Return a report that was finalized and issued; its mails are pending. Needs the buckets."""
    report = finalized_report(author, protocol, **texts)
    run_jobs("publish_report")
    report.refresh_from_db()
    assert report.status == "issued"
    return report


def laboratory(**fields) -> Laboratory:
    """Return the laboratory's one row, with these fields changed."""
    values = {"name": "Laboratorio de Patología Veterinaria"} | fields
    return Laboratory.objects.update_or_create(pk=1, defaults=values)[0]


def draft_order(by: User, veterinarian: Veterinarian, lines: int = 1, **billing) -> WorkOrder:
    """Return a draft order of a veterinarian with so many lines, all of one protocol."""
    protocol = ProtocolFactory(veterinarian=veterinarian)
    line = Line(protocol.pk, "HP", "Biopsia, una pieza", unit_price=Decimal("1000.00"))
    return create_work_order(by, veterinarian, [line] * lines, **billing)


def issued_order(by: User, veterinarian: Veterinarian, lines: int = 1, **billing) -> WorkOrder:
    """Return an issued order of a veterinarian with so many lines."""
    return issue_work_order(by, draft_order(by, veterinarian, lines, **billing).pk)
