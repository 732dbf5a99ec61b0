"""Batches that build themselves while somebody scans samples at the counter."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lims.models.operations import Operation
from lims.models.people import User
from lims.models.protocols import Protocol


class ReceptionBatch(models.Model):
    """What one person is scanning, until it is received all at once; one open batch a person."""

    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("opened by"))
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    # What receives it, once it was confirmed; a batch that was thrown away has none.
    operation = models.OneToOneField(
        Operation, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("operation")
    )

    class Meta:
        verbose_name = _("reception batch")
        verbose_name_plural = _("reception batches")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["opened_by"], condition=models.Q(closed_at=None), name="batch_one_open_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.opened_by}"


class ScannedSample(models.Model):
    """A sample in a batch; scanned again it stays one."""

    batch = models.ForeignKey(ReceptionBatch, models.CASCADE, related_name="samples")
    protocol = models.ForeignKey(Protocol, models.CASCADE, related_name="+", verbose_name=_("protocol"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("scanned sample")
        verbose_name_plural = _("scanned samples")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "protocol"], name="scanned_once_a_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.batch} / {self.protocol}"
