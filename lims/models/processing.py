"""What becomes of a sample on the bench: specimens, cassettes and slides."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lims.models.people import User
from lims.models.protocols import Protocol


class Side(models.TextChoices):
    LEFT = "left", _("Left")
    RIGHT = "right", _("Right")
    MIDLINE = "midline", _("Midline")
    NOT_APPLICABLE = "", _("Not stated")


class CytologyTechnique(models.TextChoices):
    FINE_NEEDLE = "fna", _("Fine-needle aspiration")
    SWAB = "swab", _("Swab")
    SCRAPING = "scraping", _("Scraping")
    IMPRESSION = "impression", _("Impression")
    FLUID = "fluid", _("Fluid")
    OTHER = "other", _("Other")


class CassetteType(models.TextChoices):
    NORMAL = "normal", _("Normal")
    MULTI_CUT = "multi_cut", _("Multi-cut")
    SPECIAL_STAIN = "special_stain", _("Special stain")


class Stage(models.TextChoices):
    CASSETTING = "cassetting", _("Cassetting")
    FIXATION = "fixation", _("Fixation")
    EMBEDDING = "embedding", _("Embedding")
    BLOCKING = "blocking", _("Blocking")


class SlideQuality(models.TextChoices):
    EXCELLENT = "excellent", _("Excellent")
    GOOD = "good", _("Good")
    ACCEPTABLE = "acceptable", _("Acceptable")
    POOR = "poor", _("Poor")


class HistopathologySample(models.Model):
    """How the tissue of a protocol came."""

    protocol = models.OneToOneField(Protocol, models.CASCADE, related_name="histopathology_sample")
    preservation = models.CharField(_("preservation"), max_length=100, default="Formol 10 %")
    containers_declared = models.PositiveSmallIntegerField(_("containers declared"), default=1)
    containers_received = models.PositiveSmallIntegerField(_("containers received"), null=True, blank=True)

    class Meta:
        verbose_name = _("histopathology sample")
        verbose_name_plural = _("histopathology samples")

    def __str__(self) -> str:
        return str(self.protocol)


class CytologySample(models.Model):
    """How the cells of a protocol were taken."""

    protocol = models.OneToOneField(Protocol, models.CASCADE, related_name="cytology_sample")
    technique = models.CharField(
        _("technique"), max_length=12, choices=CytologyTechnique, default=CytologyTechnique.FINE_NEEDLE
    )
    slides_declared = models.PositiveSmallIntegerField(_("slides declared"), default=1)
    slides_received = models.PositiveSmallIntegerField(_("slides received"), null=True, blank=True)

    class Meta:
        verbose_name = _("cytology sample")
        verbose_name_plural = _("cytology samples")

    def __str__(self) -> str:
        return str(self.protocol)


class Specimen(models.Model):
    """One piece of tissue or one site of a protocol, as the sender labelled it."""

    protocol = models.ForeignKey(Protocol, models.CASCADE, related_name="specimens")
    label = models.CharField(_("label"), max_length=60)
    site = models.CharField(_("site"), max_length=200)
    side = models.CharField(_("side"), max_length=8, choices=Side, blank=True, default=Side.NOT_APPLICABLE)
    procedure = models.CharField(_("procedure"), max_length=200, blank=True)
    pieces = models.PositiveSmallIntegerField(_("pieces"), default=1)

    class Meta:
        verbose_name = _("specimen")
        verbose_name_plural = _("specimens")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["protocol", "label"], name="specimen_label_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.site}"


class Cassette(models.Model):
    """A block of tissue. Its code is printed on it and never used again."""

    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="cassettes")
    specimen = models.ForeignKey(
        Specimen, models.SET_NULL, null=True, blank=True, related_name="cassettes", verbose_name=_("specimen")
    )
    code = models.CharField(_("code"), max_length=30, unique=True)
    material = models.CharField(_("material"), max_length=300, blank=True)
    type = models.CharField(_("type"), max_length=16, choices=CassetteType, default=CassetteType.NORMAL)
    colour = models.CharField(_("colour"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("cassette")
        verbose_name_plural = _("cassettes")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.code


class CassetteStage(models.Model):
    """A stage that a cassette has passed, when and by whose hand."""

    cassette = models.ForeignKey(Cassette, models.CASCADE, related_name="stages")
    stage = models.CharField(_("stage"), max_length=12, choices=Stage)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("stage of a cassette")
        verbose_name_plural = _("stages of cassettes")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cassette", "stage"], name="cassette_stage_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.cassette} {self.stage}"


class Slide(models.Model):
    """A slide; of tissue with the cassettes that it shows, of cells with none."""

    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="slides")
    code = models.CharField(_("code"), max_length=30, unique=True)
    cassettes = models.ManyToManyField(Cassette, through="SlideCassette", related_name="slides")
    stain = models.CharField(_("stain"), max_length=60, default="H&E")
    # What it was made for, where a pathologist asked for it.
    request = models.ForeignKey(
        "AdditionalRequest",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="slides",
        verbose_name=_("additional request"),
    )
    mounted_at = models.DateTimeField(_("mounted"), null=True, blank=True)
    mounted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    stained_at = models.DateTimeField(_("stained"), null=True, blank=True)
    stained_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    quality = models.CharField(_("quality"), max_length=12, choices=SlideQuality, blank=True)

    class Meta:
        verbose_name = _("slide")
        verbose_name_plural = _("slides")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.code


class SlideCassette(models.Model):
    """Which cassette a slide shows, and where on it."""

    slide = models.ForeignKey(Slide, models.CASCADE, related_name="placements")
    cassette = models.ForeignKey(Cassette, models.PROTECT, related_name="placements")
    position = models.PositiveSmallIntegerField(_("position"), default=1)

    class Meta:
        verbose_name = _("cassette on a slide")
        verbose_name_plural = _("cassettes on slides")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["slide", "cassette"], name="slide_cassette_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.slide} / {self.cassette}"


class RequestKind(models.TextChoices):
    MORE_CUTS = "more_cuts", _("More cuts")
    STAIN = "stain", _("Another stain")
    OTHER = "other", _("Something else")


class AdditionalRequestQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "AdditionalRequestQuerySet":
        """Return what the user may see: all for the laboratory, nothing for vets."""
        return self.all() if user.is_laboratory else self.none()

    def open(self) -> "AdditionalRequestQuerySet":
        return self.filter(done_at=None)


class AdditionalRequest(models.Model):
    """What the pathologist wants made of a sample before reporting it; open until somebody did it."""

    protocol = models.ForeignKey(
        Protocol, models.PROTECT, related_name="requests", verbose_name=_("protocol")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=RequestKind)
    cassette = models.ForeignKey(
        Cassette, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("cassette")
    )
    stain = models.CharField(_("stain"), max_length=60, blank=True)
    detail = models.TextField(_("detail"), max_length=2_000, blank=True)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("requested by"))
    requested_at = models.DateTimeField(_("requested"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )

    objects = AdditionalRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("additional request")
        verbose_name_plural = _("additional requests")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["protocol"], condition=models.Q(done_at=None), name="request_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done_at=None, done_by=None)
                | models.Q(done_at__isnull=False, done_by__isnull=False),
                name="request_done_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.protocol} {self.get_kind_display()} {self.stain}".strip()
