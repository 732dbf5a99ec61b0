"""Filters of the list of veterinarians."""

from typing import ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lims.forms.kit.listing import ListFilter, choice_field, search_field
from lims.models import Veterinarian
from lims.models.searching import folded, words

TO_VERIFY = "no"
SEARCHED = ("first_names", "last_names", "clinic", "licence", "tax_id", "user__email", "alternative_email")


class VeterinarianFilter(ListFilter):
    filters: ClassVar = ("q", "verified")

    q = search_field(_("Name, clinic, licence, e-mail..."))
    verified = choice_field(_("Verification"), [(TO_VERIFY, _("To verify")), ("yes", _("Verified"))])

    def apply(self, rows: QuerySet[Veterinarian]) -> QuerySet[Veterinarian]:
        chosen = self.chosen()
        if "verified" in chosen:
            rows = rows.filter(verified_at__isnull=chosen["verified"] == TO_VERIFY)
        rows = rows.alias(folded=folded(*SEARCHED))
        for word in words(chosen.get("q", "")):
            rows = rows.filter(folded__contains=word)
        return rows
