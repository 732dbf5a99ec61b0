"""Who opened which document, when and how it was answered."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from lims.models.people import User


class DocumentAccess(models.Model):
    """One answer that gave a user a document; append-only."""

    class Outcome(models.TextChoices):
        HIT = "hit", _("From the cache")
        INLINE = "inline", _("Rendered in the request")

    kind = models.CharField(_("document type"), max_length=40)
    document_pk = models.BigIntegerField(_("document"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("user"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)

    class Meta:
        verbose_name = _("document access")
        verbose_name_plural = _("document accesses")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "document_pk", "-id"], name="access_document")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.document_pk} {self.outcome}"
