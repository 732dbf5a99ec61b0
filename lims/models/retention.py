"""How much of the history retention has removed: itself part of the history."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from lims.models.people import User


class AgedHistory(models.Model):
    """How much of one month of a history is no longer kept; append-only, several rows where it was much."""

    # A tracked thing's model, or that of the accesses.
    kind = models.CharField(_("history of"), max_length=60)
    month = models.DateField(_("month"))
    removed = models.PositiveIntegerField(_("rows removed"))
    # The last of a thing before what is kept: what it was like stays, who changed it and how is forgotten.
    reduced = models.PositiveIntegerField(_("rows reduced to what was known"))
    kept_months = models.PositiveSmallIntegerField(_("months kept"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("history no longer kept")
        verbose_name_plural = _("histories no longer kept")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "-month"], name="aged_history_of")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.month:%Y-%m}"
