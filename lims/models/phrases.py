"""Phrases: texts that are written again and again, in a library."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lims.models.people import Pathologist, User


class PhraseQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "PhraseQuerySet":
        """Return what the user may see: the shared ones for the laboratory, and a pathologist's own."""
        if not user.is_laboratory:
            return self.none()
        return self.filter(Q(owner=None) | Q(owner__staff_member__user=user))


class Phrase(models.Model):
    """A reusable text; one without an owner is everybody's."""

    owner = models.ForeignKey(
        Pathologist, models.CASCADE, null=True, blank=True, related_name="phrases", verbose_name=_("owner")
    )
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("text"), max_length=5_000)

    objects = PhraseQuerySet.as_manager()

    class Meta:
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title
