"""The laboratory as a Django app."""

from importlib import import_module
from pkgutil import walk_packages

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LimsConfig(AppConfig):
    name = "lims"
    verbose_name = _("Laboratory")

    def ready(self) -> None:
        from lims import services

        # Each noun's bulk actions and letters register themselves when their module is loaded.
        for module in walk_packages(services.__path__, "lims.services."):
            import_module(module.name)
