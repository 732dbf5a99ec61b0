"""The price list. Its history is kept, and an issued order never follows it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Price(models.Model):
    """What a service costs from one day until another, both included."""

    service = models.CharField(_("service"), max_length=40)
    description = models.CharField(_("description"), max_length=300)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("price list")
        ordering = ["service", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["service", "valid_from"], name="price_service_from_unique"),
            models.UniqueConstraint(
                fields=["service"], condition=Q(valid_until=None), name="price_one_open_per_service"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="price_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="price_period_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.valid_from}"
