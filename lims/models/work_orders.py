"""Work orders: what the laboratory charges a veterinarian for."""

from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from lims.models.laboratory import Asset
from lims.models.people import Role, User, VatCondition, Veterinarian
from lims.models.protocols import Protocol
from lims.models.searching import searched

ZERO = Decimal("0.00")
# The most that the columns of a line's price and discount, and of every sum of them, can hold.
PRICE_MAX = Decimal("9999999999.99")
AMOUNT_MAX = Decimal("999999999999.99")
# What an order is searched by, besides its vet's names and its protocols.
WORDS = searched("number", "billing_name")


class WorkOrderStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")
    SENT = "sent", _("Sent")
    INVOICED = "invoiced", _("Invoiced")
    CANCELLED = "cancelled", _("Cancelled")


# Every allowed transition; whatever is not here raises InvalidTransition.
TRANSITIONS = {
    WorkOrderStatus.DRAFT: {WorkOrderStatus.ISSUED, WorkOrderStatus.CANCELLED},
    WorkOrderStatus.ISSUED: {WorkOrderStatus.SENT, WorkOrderStatus.CANCELLED},
    WorkOrderStatus.SENT: {WorkOrderStatus.INVOICED, WorkOrderStatus.CANCELLED},
    WorkOrderStatus.INVOICED: {WorkOrderStatus.CANCELLED},
    WorkOrderStatus.CANCELLED: set(),
}
# What staff may still change in each state.
BILLING_FIELDS = ("billing_name", "billing_tax_id", "billing_vat_condition", "advance", "observations")
EDITABLE_STATUSES = (WorkOrderStatus.DRAFT, WorkOrderStatus.ISSUED, WorkOrderStatus.SENT)


class PaymentStatus(models.TextChoices):
    UNPAID = "unpaid", _("Unpaid")
    PARTIAL = "partial", _("Partly paid")
    PAID = "paid", _("Paid")


class WorkOrderQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "WorkOrderQuerySet":
        """Return what the user may see: a vet's own once they were issued, all for the laboratory."""
        if user.role == Role.VETERINARIAN:
            return self.filter(veterinarian__user=user, number__isnull=False)
        return self.all() if user.is_laboratory else self.none()


class WorkOrder(models.Model):
    """An order with its lines. Totals are written by `lims.services.work_orders.work_orders` alone."""

    # Null and unique: a draft has none.
    number = models.CharField(  # noqa: DJ001
        _("number"), max_length=20, unique=True, null=True, editable=False
    )
    status = models.CharField(
        _("status"), max_length=10, choices=WorkOrderStatus, default=WorkOrderStatus.DRAFT, editable=False
    )
    issued_on = models.DateField(_("issued on"), null=True, editable=False)
    veterinarian = models.ForeignKey(
        Veterinarian, models.PROTECT, related_name="work_orders", verbose_name=_("veterinarian")
    )
    billing_name = models.CharField(_("billing name"), max_length=200)
    billing_tax_id = models.CharField(_("tax id (CUIT)"), max_length=20, blank=True)
    billing_vat_condition = models.CharField(
        _("VAT condition"), max_length=16, choices=VatCondition, default=VatCondition.FINAL_CONSUMER
    )
    observations = models.TextField(_("observations"), max_length=5_000, blank=True)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    advance = models.DecimalField(
        _("advance"), max_digits=14, decimal_places=2, default=ZERO, validators=[MinValueValidator(ZERO)]
    )
    balance = models.GeneratedField(
        expression=F("total") - F("advance"),
        output_field=models.DecimalField(max_digits=14, decimal_places=2),
        db_persist=True,
        verbose_name=_("balance"),
    )
    payment_status = models.GeneratedField(
        expression=Case(
            When(advance__gte=F("total"), then=Value("paid")),
            When(advance__gt=0, then=Value("partial")),
            default=Value("unpaid"),
        ),
        output_field=models.CharField(max_length=8, choices=PaymentStatus),
        db_persist=True,
        verbose_name=_("payment"),
    )
    # The canonical JSON of the lines as printed, frozen at issue, so that a look-up reads no lines.
    printed_lines = models.ForeignKey(Asset, models.PROTECT, null=True, editable=False, related_name="+")
    cancellation_reason = models.CharField(_("reason of cancellation"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # Grows with each save, so that the second of two editors is told.
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["veterinarian", "-id"], name="work_order_vet"),
            models.Index(fields=["status", "-id"], name="work_order_status"),
            GinIndex(WORDS, name="work_order_words"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "cancelled"])
                | Q(number__isnull=False, issued_on__isnull=False, printed_lines__isnull=False),
                name="work_order_issued_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(advance__gte=0, advance__lte=F("total")) | Q(status="draft"),
                name="work_order_advance_within_total",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{_('Draft')} {self.pk}"

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE_STATUSES


class WorkOrderLine(models.Model):
    """One charge of an order; written only while the order is a draft."""

    work_order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    protocol = models.ForeignKey(Protocol, models.PROTECT, related_name="+", verbose_name=_("protocol"))
    service = models.CharField(_("service"), max_length=40)
    description = models.CharField(_("description"), max_length=5_000)
    quantity = models.PositiveIntegerField(_("quantity"), default=1, validators=[MinValueValidator(1)])
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=2)
    discount = models.DecimalField(_("discount"), max_digits=12, decimal_places=2, default=ZERO)
    subtotal = models.GeneratedField(
        expression=F("quantity") * F("unit_price") - F("discount"),
        output_field=models.DecimalField(max_digits=14, decimal_places=2),
        db_persist=True,
        verbose_name=_("subtotal"),
    )

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["work_order", "position"], name="line_position_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, unit_price__gte=0, discount__gte=0)
                & Q(discount__lte=F("quantity") * F("unit_price")),
                name="line_amounts_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work_order} / {self.position}"


class WorkOrderHistory(models.Model):
    """Who did what to an order and when, with old and new values."""

    class Action(models.TextChoices):
        CREATED = "created", _("Created")
        CHANGED = "changed", _("Changed")
        ISSUED = "issued", _("Issued")
        SENT = "sent", _("Sent")
        INVOICED = "invoiced", _("Invoiced")
        CANCELLED = "cancelled", _("Cancelled")

    work_order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="history")
    action = models.CharField(_("action"), max_length=10, choices=Action)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    changes = models.JSONField(_("changes"), default=dict)

    class Meta:
        verbose_name = _("history of a work order")
        verbose_name_plural = _("history of work orders")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.work_order} {self.action}"
