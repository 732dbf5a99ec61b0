"""Operations: a bulk action over a frozen list of things, with a state for each."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lims.models.people import Role, User


class OperationState(models.TextChoices):
    RUNNING = "running", _("Running")
    CANCELLED = "cancelled", _("Cancelled")
    DONE = "done", _("Done")


class ItemState(models.TextChoices):
    PENDING = "pending", _("Pending")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class OperationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "OperationQuerySet":
        """Return what the user may see: their own for the laboratory, all for administrators."""
        if user.role == Role.ADMIN:
            return self.all()
        return self.filter(requested_by=user) if user.is_laboratory else self.none()


_Manager = models.Manager.from_queryset(OperationQuerySet)


class OperationManager(_Manager):
    def get_queryset(self) -> models.QuerySet:
        # The frozen ids may be a hundred thousand, and only the database itself reads them.
        return super().get_queryset().defer("item_ids")


class Operation(models.Model):
    """What somebody asked for at once for many things; only `lims.services.operations` writes it."""

    action = models.CharField(_("action"), max_length=40)
    params = models.JSONField(_("parameters"), default=dict)
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="operations", verbose_name=_("requested by")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=OperationState, default=OperationState.RUNNING
    )
    # The list as it was confirmed, in the order of the work; emptied once there is a row for each.
    item_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    total = models.PositiveIntegerField(_("total"))
    # Grows with each "resume" and "retry failed", so that what an earlier round left running stops.
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    # The last round whose end was told; none is told twice.
    ended_round = models.PositiveSmallIntegerField(default=0, editable=False)
    # A repeated form makes no second operation.
    idempotency_key = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expanded_at = models.DateTimeField(null=True, editable=False)
    # Of the round in work.
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, editable=False)
    # Nobody: the program itself stopped it, because its worker was lost again and again.
    cancelled_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cancelled by")
    )
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    objects = OperationManager()

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["requested_by", "-id"], name="operation_requested"),
            models.Index(fields=["-id"], condition=Q(state="running"), name="operation_running"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["requested_by", "idempotency_key"], name="operation_once_per_key"
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="operation_has_items"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"

    @property
    def is_running(self) -> bool:
        return self.state == OperationState.RUNNING


class OperationItem(models.Model):
    """What became of one thing of an operation. Its reason is in the requester's language."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    object_pk = models.BigIntegerField()
    state = models.CharField(_("state"), max_length=8, choices=ItemState, default=ItemState.PENDING)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # The round that handled it last.
    round = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(_("at"), null=True)

    class Meta:
        verbose_name = _("item of an operation")
        verbose_name_plural = _("items of an operation")
        ordering = ["position"]
        indexes = [
            models.Index(fields=["operation", "state", "position"], name="item_state_position"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["operation", "object_pk"], name="item_once_per_operation"),
        ]

    def __str__(self) -> str:
        return f"{self.operation_id} {self.object_pk} {self.state}"
