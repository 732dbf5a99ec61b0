"""A holiday, as an administrator types it."""

from django.utils.translation import gettext_lazy as _

from lims.forms.kit.service_forms import StaleCheckedForm
from lims.models import Holiday


class HolidayForm(StaleCheckedForm):
    class Meta:
        model = Holiday
        fields = ("on", "name")
        help_texts = {"on": _("Saturdays and Sundays need no row.")}
