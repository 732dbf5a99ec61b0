"""Users, and what the laboratory knows of the people behind them."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lims.models.laboratory import Asset


class Role(models.TextChoices):
    VETERINARIAN = "veterinarian", _("Veterinarian")
    STAFF = "staff", _("Staff")
    PATHOLOGIST = "pathologist", _("Pathologist")
    ADMIN = "admin", _("Administrator")


class Language(models.TextChoices):
    SPANISH = "es", _("Spanish")
    ENGLISH = "en", _("English")


class VatCondition(models.TextChoices):
    REGISTERED = "registered", _("Registered for VAT")
    MONOTRIBUTO = "monotributo", _("Simplified regime")
    EXEMPT = "exempt", _("VAT exempt")
    FINAL_CONSUMER = "final_consumer", _("Final consumer")


class ReportByEmail(models.TextChoices):
    LINK = "link", _("A link to the portal")
    ATTACHMENT = "attachment", _("The PDF attached")


def full_name(first_names: str, last_names: str) -> str:
    """Return a person's name as it is shown and printed."""
    return f"{first_names} {last_names}".strip()


class UserManager(BaseUserManager["User"]):
    """Creates accounts; e-mail addresses are kept in lower case, as logins compare them."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, role=Role.ADMIN, **fields)


class User(AbstractBaseUser):
    """A login. What it may do follows from its role alone."""

    email = models.EmailField(_("e-mail"), unique=True)
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.VETERINARIAN)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.SPANISH)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_ci")]

    def __str__(self) -> str:
        return self.email

    @property
    def name(self) -> str:
        """A member of the staff's name; anybody else's address."""
        return str(getattr(self, "staff_member", None) or self.email)

    def name_for(self, reader: "User") -> str:
        """Return the name as a reader may know it: a vet is told no address but their own."""
        if hasattr(self, "staff_member") or reader.is_laboratory or reader == self:
            return self.name
        return str(_("the laboratory"))

    @property
    def is_veterinarian(self) -> bool:
        return self.role == Role.VETERINARIAN

    @property
    def is_laboratory(self) -> bool:
        """Whether the user works in the laboratory, in whatever role."""
        return self.role in (Role.STAFF, Role.PATHOLOGIST, Role.ADMIN)

    @property
    def is_staff(self) -> bool:
        """Whether the user may enter the admin, as Django's admin asks it."""
        return self.is_superuser

    @property
    def is_superuser(self) -> bool:
        return self.role == Role.ADMIN

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and self.is_superuser

    def has_perms(self, perms: Iterable[str], obj: Any = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_superuser


class VeterinarianQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "VeterinarianQuerySet":
        """Return whom the user may see: all for the laboratory, themselves for vets."""
        return self.all() if user.is_laboratory else self.filter(user=user)


class Veterinarian(models.Model):
    """A sender of samples and a client of the laboratory."""

    user = models.OneToOneField(User, models.PROTECT, related_name="veterinarian", verbose_name=_("user"))
    first_names = models.CharField(_("first names"), max_length=100)
    last_names = models.CharField(_("last names"), max_length=100)
    licence = models.CharField(_("professional licence"), max_length=30)
    national_id = models.CharField(_("national id"), max_length=20, blank=True)
    tax_id = models.CharField(_("tax id (CUIT)"), max_length=20, blank=True)
    vat_condition = models.CharField(
        _("VAT condition"), max_length=16, choices=VatCondition, default=VatCondition.FINAL_CONSUMER
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    clinic = models.CharField(_("clinic"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    alternative_email = models.EmailField(
        _("alternative e-mail"),
        blank=True,
        help_text=_("Messages go there instead of to the login's address."),
    )
    report_by_email = models.CharField(
        _("reports by e-mail"), max_length=10, choices=ReportByEmail, default=ReportByEmail.LINK
    )
    notify_on_reception = models.BooleanField(_("tell on reception"), default=True)
    notify_on_processing = models.BooleanField(_("tell on processing"), default=False)
    notify_on_report = models.BooleanField(_("tell on report"), default=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    verified_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("verified by")
    )
    # Grows with each save, so that the second of two editors is told.
    lock_version = models.PositiveIntegerField(default=1, editable=False)

    objects = VeterinarianQuerySet.as_manager()

    class Meta:
        verbose_name = _("veterinarian")
        verbose_name_plural = _("veterinarians")
        ordering = ["last_names", "first_names", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return full_name(self.first_names, self.last_names)

    @property
    def email(self) -> str:
        """Where messages go."""
        return self.alternative_email or self.user.email


class StaffMember(models.Model):
    """A person who works in the laboratory."""

    user = models.OneToOneField(User, models.PROTECT, related_name="staff_member", verbose_name=_("user"))
    first_names = models.CharField(_("first names"), max_length=100)
    last_names = models.CharField(_("last names"), max_length=100)
    position = models.CharField(_("position"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")
        ordering = ["last_names", "first_names", "pk"]

    def __str__(self) -> str:
        return full_name(self.first_names, self.last_names)


class Pathologist(models.Model):
    """A member of the staff who writes reports, and may sign them."""

    staff_member = models.OneToOneField(
        StaffMember, models.PROTECT, related_name="pathologist", verbose_name=_("staff member")
    )
    licence = models.CharField(_("professional licence"), max_length=30)
    specialty = models.CharField(_("specialty"), max_length=200, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    signature = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signature")
    )
    may_sign = models.BooleanField(_("may sign"), default=False)

    class Meta:
        verbose_name = _("pathologist")
        verbose_name_plural = _("pathologists")
        ordering = ["staff_member__last_names", "staff_member__first_names", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(self.staff_member)
