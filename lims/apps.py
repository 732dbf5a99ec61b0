"""The laboratory as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LimsConfig(AppConfig):
    name = "lims"
    verbose_name = _("Laboratory")

    def ready(self) -> None:
        from lims.services import registrations  # noqa: F401  (each noun's actions and letters)
