"""Reports: what a pathologist says about a protocol, version by version."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lims.models.frozen import forbid_delete, forbid_part_changes, forbid_update
from lims.models.people import Pathologist, Role, User
from lims.models.processing import Cassette, Specimen
from lims.models.protocols import Protocol


class ReportStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    FINALIZED = "finalized", _("Finalized")
    ISSUED = "issued", pgettext_lazy("report", "Issued")
    SUPERSEDED = "superseded", _("Superseded")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Every allowed transition; whatever is not here raises InvalidTransition.
TRANSITIONS = {
    ReportStatus.DRAFT: {ReportStatus.FINALIZED},
    ReportStatus.FINALIZED: {ReportStatus.ISSUED},
    ReportStatus.ISSUED: {ReportStatus.SUPERSEDED, ReportStatus.WITHDRAWN},
    ReportStatus.SUPERSEDED: set(),
    ReportStatus.WITHDRAWN: set(),
}
# In these a report is in the archive, and its vet may read it.
ARCHIVED = (ReportStatus.ISSUED, ReportStatus.SUPERSEDED, ReportStatus.WITHDRAWN)
# What the author writes, in the order of the paper.
TEXT_FIELDS = (
    "macroscopic",
    "microscopic",
    "comments",
    "recommendations",
    "methods",
    "external_results",
    "pending_tests",
    "critical_result",
)
TEXT_MAX = 10_000


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ReportQuerySet":
        """Return what the user may see: a vet's own once they are archived, all for the laboratory."""
        if user.role == Role.VETERINARIAN:
            return self.filter(protocol__veterinarian__user=user, status__in=ARCHIVED)
        return self.all() if user.is_laboratory else self.none()


class Report(models.Model):
    """One version of a protocol's report.

    From FINALIZED on its PDF shows its `snapshot` and long texts alone, which nothing can change any more.
    """

    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="reports", verbose_name=_("protocol"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    status = models.CharField(_("status"), max_length=10, choices=ReportStatus, default=ReportStatus.DRAFT)
    author = models.ForeignKey(Pathologist, models.PROTECT, related_name="reports", verbose_name=_("author"))
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    amendment_reason = models.TextField(_("reason of the amendment"), max_length=2_000, blank=True)

    macroscopic = models.TextField(_("macroscopic description"), max_length=TEXT_MAX, blank=True)
    microscopic = models.TextField(_("microscopic description"), max_length=TEXT_MAX, blank=True)
    comments = models.TextField(_("comments"), max_length=TEXT_MAX, blank=True)
    recommendations = models.TextField(_("recommendations"), max_length=TEXT_MAX, blank=True)
    methods = models.TextField(_("methods and stains"), max_length=TEXT_MAX, blank=True)
    external_results = models.TextField(_("results of other laboratories"), max_length=TEXT_MAX, blank=True)
    pending_tests = models.TextField(_("pending or not done"), max_length=TEXT_MAX, blank=True)
    critical_result = models.TextField(
        _("critical result: who was told, when, how"), max_length=TEXT_MAX, blank=True
    )
    is_preliminary = models.BooleanField(_("preliminary"), default=False)

    # Grows with each save, so that the second of two editors is told.
    lock_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    snapshot = models.JSONField(null=True, editable=False)
    finalized_at = models.DateTimeField(_("finalized"), null=True, editable=False)
    # 128 random bits behind the QR, and a short code to type; never derived from the number.
    verification_token = models.CharField(  # noqa: DJ001
        max_length=32, unique=True, null=True, editable=False
    )
    verification_code = models.CharField(  # noqa: DJ001
        _("verification code"), max_length=12, unique=True, null=True, editable=False
    )

    issued_at = models.DateTimeField(_("issued"), null=True, editable=False)
    archive_key = models.CharField(max_length=200, blank=True, editable=False)
    archive_version_id = models.CharField(max_length=200, blank=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    size_bytes = models.PositiveIntegerField(_("size"), null=True, editable=False)
    pages = models.PositiveSmallIntegerField(_("pages"), null=True, editable=False)

    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    withdrawal_reason = models.TextField(_("reason of the withdrawal"), max_length=2_000, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["status", "-id"], name="report_status"),
            models.Index(fields=["author", "-id"], name="report_author"),
            # How long samples took: the first report of each, by its month.
            models.Index(
                fields=["finalized_at"],
                include=["protocol"],
                condition=Q(version=1, issued_at__isnull=False),
                name="report_first_issued",
            ),
        ]
        triggers = [forbid_update(("snapshot", *TEXT_FIELDS)), forbid_delete()]
        constraints = [
            models.UniqueConstraint(fields=["protocol", "version"], name="report_version_unique"),
            models.UniqueConstraint(
                fields=["protocol"],
                condition=Q(status__in=["draft", "finalized"]),
                name="report_one_open_per_protocol",
            ),
            models.UniqueConstraint(
                fields=["protocol"], condition=Q(status="issued"), name="report_one_current_per_protocol"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", snapshot=None, finalized_at=None)
                | Q(
                    ~Q(status="draft"),
                    snapshot__isnull=False,
                    finalized_at__isnull=False,
                    verification_token__isnull=False,
                    verification_code__isnull=False,
                ),
                name="report_finalized_is_frozen",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "finalized"])
                | (Q(issued_at__isnull=False, size_bytes__gt=0) & ~Q(archive_key="") & ~Q(sha256="")),
                name="report_issued_is_archived",
            ),
            models.CheckConstraint(
                condition=Q(version=1, replaces=None)
                | (Q(version__gt=1, replaces__isnull=False) & ~Q(amendment_reason="")),
                name="report_amendment_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.protocol} v{self.version}"

    @property
    def is_archived(self) -> bool:
        return self.status in ARCHIVED


class ReportDiagnosis(models.Model):
    """What a report says of one specimen: the headline, and for tumours a synoptic table."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="diagnoses")
    position = models.PositiveSmallIntegerField()
    specimen = models.ForeignKey(Specimen, models.SET_NULL, null=True, blank=True, related_name="+")
    heading = models.CharField(_("specimen"), max_length=300)
    diagnosis = models.TextField(_("diagnosis"), max_length=5_000, blank=True)
    # [{"element": "Margins", "answer": "2 mm"}, ...]
    synoptic = models.JSONField(_("synoptic table"), default=list, blank=True)

    class Meta:
        verbose_name = _("diagnosis")
        verbose_name_plural = _("diagnoses")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["report", "position"], name="diagnosis_position_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.heading}"


class ReportCassette(models.Model):
    """What a report says of one cassette."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="cassettes")
    position = models.PositiveSmallIntegerField()
    cassette = models.ForeignKey(Cassette, models.PROTECT, related_name="+", verbose_name=_("cassette"))
    observation = models.TextField(_("observation"), max_length=TEXT_MAX, blank=True)
    partial_diagnosis = models.TextField(_("partial diagnosis"), max_length=5_000, blank=True)

    class Meta:
        verbose_name = _("cassette of a report")
        verbose_name_plural = _("cassettes of a report")
        ordering = ["position"]
        triggers = [forbid_part_changes(Report._meta.db_table)]
        constraints = [
            models.UniqueConstraint(fields=["report", "position"], name="report_cassette_position_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.cassette}"


class ReportImageState(models.TextChoices):
    PREPARING = "preparing", _("Being prepared")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Not usable")


class ReportImage(models.Model):
    """A micrograph of a report, in media under its digest once it was checked and re-encoded."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="images")
    position = models.PositiveSmallIntegerField()
    state = models.CharField(
        _("state"), max_length=10, choices=ReportImageState, default=ReportImageState.PREPARING
    )
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    width_px = models.PositiveIntegerField(null=True, editable=False)
    height_px = models.PositiveIntegerField(null=True, editable=False)
    filename = models.CharField(_("file"), max_length=200, blank=True)
    caption = models.CharField(_("caption"), max_length=500, blank=True)
    magnification = models.CharField(_("magnification"), max_length=40, blank=True)
    stain = models.CharField(_("stain"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | (Q(width_px__gt=0, height_px__gt=0) & ~Q(sha256="")),
                name="report_image_ready_is_stored",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.position}"


class ImageUpload(models.Model):
    """An image as it was uploaded, kept until a job has made the printed one; the web cannot write to S3."""

    image = models.OneToOneField(ReportImage, models.CASCADE, primary_key=True, related_name="upload")
    content = models.BinaryField()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return str(self.image_id)


class ReportHistory(models.Model):
    """Who did what to a report, and when; append-only."""

    class Action(models.TextChoices):
        BEGUN = "begun", _("Begun")
        FINALIZED = "finalized", _("Finalized")
        ISSUED = "issued", pgettext_lazy("report", "Issued")
        AMENDED = "amended", _("Amended")
        SUPERSEDED = "superseded", _("Superseded")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        RETRIED = "retried", _("Tried again")
        RESENT = "resent", _("Sent again")
        TOLD = "told", _("Readers told")

    report = models.ForeignKey(Report, models.CASCADE, related_name="history")
    action = models.CharField(_("action"), max_length=10, choices=Action)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    note = models.CharField(_("note"), max_length=2_000, blank=True)

    class Meta:
        verbose_name = _("history of a report")
        verbose_name_plural = _("history of reports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.report} {self.action}"
