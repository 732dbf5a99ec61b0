"""Protocols: one submission of one kind of sample."""

import uuid
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lims.models.people import Role, User, Veterinarian, full_name
from lims.models.searching import searched


class ProtocolKind(models.TextChoices):
    HISTOPATHOLOGY = "histopathology", _("Histopathology")
    CYTOLOGY = "cytology", _("Cytology")


class ProtocolStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RECEIVED = "received", _("Received")
    PROCESSING = "processing", _("Processing")
    READY = "ready", _("Ready")
    REPORTED = "reported", _("Reported")
    REJECTED = "rejected", _("Rejected")


# Search words of a protocol, besides its vet's names.
WORDS = searched("number", "temporary_code", "animal", "owner_first_names", "owner_last_names", "chip")
# Every allowed transition; whatever is not here raises InvalidTransition.
TRANSITIONS = {
    ProtocolStatus.DRAFT: {ProtocolStatus.SUBMITTED},
    ProtocolStatus.SUBMITTED: {ProtocolStatus.RECEIVED, ProtocolStatus.REJECTED},
    ProtocolStatus.RECEIVED: {ProtocolStatus.PROCESSING},
    ProtocolStatus.PROCESSING: {ProtocolStatus.READY},
    ProtocolStatus.READY: {ProtocolStatus.PROCESSING, ProtocolStatus.REPORTED},
    ProtocolStatus.REPORTED: set(),
    ProtocolStatus.REJECTED: {ProtocolStatus.SUBMITTED},
}


AT_THE_BENCH = (ProtocolStatus.RECEIVED, ProtocolStatus.PROCESSING)
# A received protocol has a number.
NUMBERED = (*AT_THE_BENCH, ProtocolStatus.READY, ProtocolStatus.REPORTED)


class Sex(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    UNKNOWN = "unknown", _("Not stated")


class SampleCondition(models.TextChoices):
    OPTIMAL = "optimal", _("Optimal")
    ACCEPTABLE = "acceptable", _("Acceptable")
    SUBOPTIMAL = "suboptimal", _("Suboptimal")
    REJECTED = "rejected", _("Rejected")


def due(protocol: str = "") -> Coalesce:
    """Return the day after which a sample is overdue, of a query's rows or of their `protocol__`."""
    return Coalesce(f"{protocol}expected_ready_by", f"{protocol}expected_ready_on")


class ProtocolQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ProtocolQuerySet":
        """Return what the user may see: a vet's own, and for the laboratory all that was submitted."""
        if user.role == Role.VETERINARIAN:
            # One value, not a join: so the index by veterinarian serves the newest of theirs first.
            own = Veterinarian.objects.filter(user=user).values("pk")[:1]
            return self.filter(veterinarian=models.Subquery(own))
        if user.is_laboratory:
            return self.exclude(status=ProtocolStatus.DRAFT)
        return self.none()

    def overdue(self, on: date) -> "ProtocolQuerySet":
        """Return what is at the bench still, though it should have been ready before a day."""
        return self.filter(status__in=AT_THE_BENCH).alias(due=due()).filter(due__lt=on)

    def received_on(self, day: date) -> "ProtocolQuerySet":
        """Return what came to the laboratory on a day of its calendar."""
        begin = timezone.make_aware(datetime.combine(day, time.min))
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        # By state as well, whose index by the time of reception then serves.
        return self.filter(status__in=NUMBERED, received_at__gte=begin, received_at__lt=end)


class Protocol(models.Model):
    """A submission, from the vet's draft to the report."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=ProtocolKind)
    status = models.CharField(
        _("status"), max_length=16, choices=ProtocolStatus, default=ProtocolStatus.DRAFT
    )
    temporary_code = models.CharField(_("temporary code"), max_length=30, unique=True, null=True, blank=True)
    number = models.CharField(_("number"), max_length=20, unique=True, null=True, blank=True)
    veterinarian = models.ForeignKey(
        Veterinarian, models.PROTECT, related_name="protocols", verbose_name=_("veterinarian")
    )
    work_order = models.ForeignKey(
        "WorkOrder",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="protocols",
        verbose_name=_("work order"),
        help_text=_("The one live order that charges this protocol."),
    )

    animal = models.CharField(_("animal's name or id"), max_length=200)
    species = models.CharField(_("species"), max_length=60)
    breed = models.CharField(_("breed"), max_length=100, blank=True)
    sex = models.CharField(_("sex"), max_length=8, choices=Sex, default=Sex.UNKNOWN)
    neutered = models.BooleanField(_("neutered"), null=True, blank=True)
    age = models.CharField(_("age"), max_length=40, blank=True)
    weight_kg = models.DecimalField(_("weight (kg)"), max_digits=7, decimal_places=2, null=True, blank=True)
    chip = models.CharField(_("chip"), max_length=40, blank=True)
    owner_first_names = models.CharField(_("owner's first names"), max_length=100, blank=True)
    owner_last_names = models.CharField(_("owner's last names"), max_length=100, blank=True)

    collected_on = models.DateField(_("collected on"), null=True, blank=True)
    presumptive_diagnosis = models.TextField(_("presumptive diagnosis"), max_length=5_000, blank=True)
    clinical_history = models.TextField(_("clinical history"), max_length=10_000, blank=True)
    academic_use = models.BooleanField(_("consent to academic use"), default=False)

    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    received_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("received by")
    )
    sample_condition = models.CharField(
        _("sample condition"), max_length=12, choices=SampleCondition, blank=True
    )
    reception_notes = models.TextField(_("reception notes"), max_length=5_000, blank=True)
    discrepancies = models.TextField(_("discrepancies"), max_length=5_000, blank=True)
    rejection_reason = models.TextField(_("reason of rejection"), max_length=2_000, blank=True)
    # As the laboratory's own history has it: half are ready by the one, four of five by the other.
    expected_ready_on = models.DateField(_("expected ready"), null=True, blank=True)
    expected_ready_by = models.DateField(_("expected ready at the latest"), null=True, blank=True)
    # The last cassette's and slide's number: a code is never used again, not even of one that was removed.
    last_cassette = models.PositiveSmallIntegerField(default=0, editable=False)
    last_slide = models.PositiveSmallIntegerField(default=0, editable=False)
    # Grows with each save of what people write, so that the second of two editors is told.
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        verbose_name = _("protocol")
        verbose_name_plural = _("protocols")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["veterinarian", "-id"], name="protocol_vet"),
            models.Index(fields=["status", "-id"], name="protocol_status"),
            GinIndex(WORDS, name="protocol_words"),
            # Work list: oldest reception first.
            models.Index(fields=["status", "received_at", "id"], name="protocol_waiting"),
            # Waiting to be received, first submitted first.
            models.Index(
                fields=["submitted_at", "id"], condition=Q(status="submitted"), name="protocol_to_receive"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "rejected"]) | Q(number__isnull=False),
                name="protocol_received_has_number",
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_late(self) -> bool:
        """Whether it takes longer than four of five such samples do, to this day."""
        return self.status in AT_THE_BENCH and self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def due_on(self) -> date | None:
        """The day after which a sample is overdue, as `due` says it of a query's rows."""
        return self.expected_ready_by or self.expected_ready_on

    @property
    def code(self) -> str:
        """The number once there is one, else the temporary code."""
        return self.number or self.temporary_code or str(_("Draft"))

    @property
    def owner_name(self) -> str:
        return full_name(self.owner_first_names, self.owner_last_names)


class ProtocolHistory(models.Model):
    """Who moved a protocol from which state to which, when and why; append-only.

    From a state to itself: its reception was corrected.
    """

    protocol = models.ForeignKey(Protocol, models.CASCADE, related_name="history")
    before = models.CharField(_("before"), max_length=16, choices=ProtocolStatus)
    after = models.CharField(_("after"), max_length=16, choices=ProtocolStatus)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    reason = models.CharField(_("reason"), max_length=2_000, blank=True)

    class Meta:
        verbose_name = _("history of a protocol")
        verbose_name_plural = _("history of protocols")
        ordering = ["-pk"]
        # How long samples take, the newest first.
        indexes = [models.Index(fields=["after", "-id"], name="protocol_history_after")]

    def __str__(self) -> str:
        return f"{self.protocol} {self.before} → {self.after}"

    @property
    def is_correction(self) -> bool:
        return self.before == self.after
