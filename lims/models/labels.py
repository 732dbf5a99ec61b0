"""Label sheets: which labels somebody wanted printed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from lims.models.people import User


class LabelSheetQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "LabelSheetQuerySet":
        """Return what the user may see: all for the laboratory, nothing for vets."""
        return self.all() if user.is_laboratory else self.none()


class LabelSheet(models.Model):
    """The labels of some protocols, cassettes and slides, in this order; written once."""

    protocol_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    cassette_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    slide_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    # A repeated form makes no second sheet. Empty: who asked gave no key.
    idempotency_key = models.CharField(max_length=64, default="", db_default="", editable=False)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)

    objects = LabelSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("label sheet")
        verbose_name_plural = _("label sheets")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["made_by", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="label_sheet_once_per_key",
            ),
        ]

    def __str__(self) -> str:
        return _("Labels %(number)s") % {"number": self.pk}

    @property
    def count(self) -> int:
        return len(self.protocol_ids) + len(self.cassette_ids) + len(self.slide_ids)
