"""The job ledger as a Django app; loads every actor, so that any process can wake any job."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ActorsConfig(AppConfig):
    name = "actors"
    verbose_name = _("Background work")

    def ready(self) -> None:
        from actors import checks  # noqa: F401  (registers the system checks)

        # The same modules of the same apps that django-dramatiq's worker loads.
        autodiscover_modules(*settings.DRAMATIQ_AUTODISCOVER_MODULES)
