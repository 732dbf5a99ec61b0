"""The laboratory's own data, its number series, and the frozen parts that papers are made of."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Asset(models.Model):
    """A part of a paper that never changes: a logo, a signature, an issued order's printed lines.

    A snapshot names it by its SHA-256, so that a look-up does not read it and a paper can be drawn
    while S3 is away.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=50)
    content = models.BinaryField()
    width_px = models.PositiveIntegerField(null=True)
    height_px = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")

    def __str__(self) -> str:
        return self.sha256[:12]


class Laboratory(models.Model):
    """What letterheads and footers say; there is one row."""

    name = models.CharField(_("name"), max_length=200)
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    tax_id = models.CharField(_("tax id (CUIT)"), max_length=20, blank=True)
    director = models.CharField(_("director"), max_length=200, blank=True)
    footer = models.CharField(_("footer"), max_length=300, blank=True)
    work_order_terms = models.TextField(_("terms of work orders"), max_length=5_000, blank=True)
    logo = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("logo")
    )

    class Meta:
        verbose_name = _("laboratory data")
        verbose_name_plural = _("laboratory data")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="laboratory_is_one_row")]

    def __str__(self) -> str:
        return self.name


class NumberSeries(models.Model):
    """The last number given in a series, such as `OT-2026`; `lims.services.kit.numbers` alone writes it."""

    name = models.CharField(max_length=40, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day on which the laboratory does not work, besides Saturdays and Sundays."""

    on = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"
