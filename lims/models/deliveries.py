"""Deliveries: one e-mail to one recipient with its true state; and notifications inside the portal."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lims.models.operations import Operation
from lims.models.people import Language, User
from lims.models.protocols import ProtocolHistory
from lims.models.reports import Report
from lims.models.searching import searched
from lims.models.work_orders import WorkOrder


class DeliveryKind(models.TextChoices):
    REPORT_ISSUED = "report_issued", _("Report issued")
    REPORT_AMENDED = "report_amended", _("Report amended")
    REPORT_WITHDRAWN = "report_withdrawn", _("Report withdrawn")
    RECEPTION_DIGEST = "reception_digest", _("Samples received")
    PROTOCOL_SUBMITTED = "protocol_submitted", _("Protocol submitted")
    PROTOCOL_RECEIVED = "protocol_received", _("Sample received")
    PROTOCOL_PROCESSING = "protocol_processing", _("Sample in process")
    PROTOCOL_REJECTED = "protocol_rejected", _("Sample rejected")
    PROTOCOL_DISCREPANCY = "protocol_discrepancy", _("Sample differs from what was declared")
    PROTOCOL_CORRECTED = "protocol_corrected", _("Reception corrected")
    WORK_ORDER_SENT = "work_order_sent", _("Work order sent")
    OPERATION_ENDED = "operation_ended", _("Operation ended")
    ADDRESS_VERIFICATION = "address_verification", _("Verification of an address")
    PASSWORD_RESET = "password_reset", _("New password")
    ACCOUNT_EXISTS = "account_exists", _("Account that is there already")
    PROFILE_VERIFIED = "profile_verified", _("Profile verified")


# These carry a key to an account: they go to the address that was asked for it, and nowhere else.
OF_ACCOUNTS = (
    DeliveryKind.ADDRESS_VERIFICATION,
    DeliveryKind.PASSWORD_RESET,
    DeliveryKind.ACCOUNT_EXISTS,
)


class DeliveryState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    SENT = "sent", pgettext_lazy("message", "Sent")
    FAILED = "failed", _("Failed")
    UNCERTAIN = "uncertain", _("Uncertain")


# What a message is searched by, besides its vet's names and what it is about.
WORDS = searched("address")
# What somebody has to see to.
ATTENTION = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)


class DeliveryQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "DeliveryQuerySet":
        """Return what the user may see: all for the laboratory, nothing for vets."""
        return self.all() if user.is_laboratory else self.none()

    def needing_attention(self) -> "DeliveryQuerySet":
        """Return those that failed, or may have, and that nobody has seen to."""
        return self.filter(state__in=ATTENTION, settled_at=None)


class Delivery(models.Model):
    """One message to one recipient. Sending it again is a new row with a new Message-ID."""

    kind = models.CharField(_("kind"), max_length=24, choices=DeliveryKind)
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="deliveries", verbose_name=_("report")
    )
    work_order = models.ForeignKey(
        WorkOrder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name=_("work order"),
    )
    # What happened to a protocol, each time that it happens.
    protocol_event = models.ForeignKey(
        ProtocolHistory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name=_("protocol"),
    )
    # What sends it for many things at once, and in which round of it.
    operation = models.ForeignKey(
        Operation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name=_("operation"),
    )
    operation_round = models.PositiveSmallIntegerField(null=True, editable=False)
    # The protocols that a digest lists, frozen as its operation ended.
    protocol_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    recipient = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recipient"))
    address = models.EmailField(_("address"))
    language = models.CharField(_("language"), max_length=2, choices=Language)
    attach_pdf = models.BooleanField(_("PDF attached"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    # Set before the message's data is sent: whoever finds it set and nothing sent cannot know.
    sending_at = models.DateTimeField(_("sending"), null=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    # What the mail server said, word for word.
    response = models.CharField(_("server's answer"), max_length=500, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    again = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sent_again", verbose_name=_("again")
    )
    # Somebody saw to it: it was sent again, or needs nothing more.
    settled_at = models.DateTimeField(_("settled"), null=True, editable=False)
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("requested by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["state", "-id"], name="delivery_state"),
            GinIndex(WORDS, name="delivery_words"),
            models.Index(
                fields=["-id"],
                condition=Q(state__in=["failed", "uncertain"], settled_at=None),
                name="delivery_attention",
            ),
        ]
        constraints = [
            # Issuing twice makes no second mail; sending again, which is a wish, does.
            models.UniqueConstraint(
                fields=["report", "kind", "recipient"],
                condition=Q(again=None),
                name="delivery_once_per_recipient",
            ),
            models.UniqueConstraint(
                fields=["work_order", "kind", "recipient"],
                condition=Q(again=None),
                name="delivery_once_per_order",
            ),
            models.UniqueConstraint(
                fields=["operation", "operation_round", "kind", "recipient"],
                condition=Q(again=None),
                name="delivery_once_per_round",
            ),
            models.UniqueConstraint(
                fields=["protocol_event", "kind", "recipient"],
                condition=Q(again=None),
                name="delivery_once_per_event",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sending_at__isnull=False, sent_at__isnull=False),
                name="delivery_sent_has_times",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"

    @property
    def needs_attention(self) -> bool:
        return self.state in ATTENTION and self.settled_at is None

    @property
    def is_of_account(self) -> bool:
        return self.kind in OF_ACCOUNTS


class NotificationKind(models.TextChoices):
    REPORT_ISSUED = "report_issued", _("Report issued")
    REPORT_AMENDED = "report_amended", _("Report amended")
    REPORT_WITHDRAWN = "report_withdrawn", _("Report withdrawn")
    REPORT_FAILED = "report_failed", _("Report could not be issued")
    DELIVERY_FAILED = "delivery_failed", _("Message could not be delivered")
    VET_REGISTERED = "vet_registered", _("Veterinarian to verify")
    VET_VERIFIED = "vet_verified", _("Profile verified")
    PROTOCOL_SUBMITTED = "protocol_submitted", _("Sample announced")
    PROTOCOL_RECEIVED = "protocol_received", _("Sample received")
    PROTOCOL_REJECTED = "protocol_rejected", _("Sample rejected")
    PROTOCOL_DISCREPANCY = "protocol_discrepancy", _("Sample differs from what was declared")
    PROTOCOL_CORRECTED = "protocol_corrected", _("Reception corrected")
    REQUEST_MADE = "request_made", _("Additional request")
    REQUEST_DONE = "request_done", _("Additional request done")
    PROTOCOL_PROCESSING = "protocol_processing", _("Sample in process")
    PROTOCOL_READY = "protocol_ready", _("Sample processed")
    WORK_ORDER_SENT = "work_order_sent", _("Work order sent")
    OPERATION_ENDED = "operation_ended", _("Operation ended")


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "NotificationQuerySet":
        """Return the user's own."""
        return self.filter(user=user)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)


class Notification(models.Model):
    """Something that a user is told inside the portal: a kind, what it is about, and where that is."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notifications", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=24, choices=NotificationKind)
    # What it is about, as text: a number, an address.
    subject = models.CharField(_("subject"), max_length=300)
    path = models.CharField(_("where"), max_length=200)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
