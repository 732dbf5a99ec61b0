"""The Django app: finds the `documents` modules of the installed apps and registers the checks."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PdfCacheConfig(AppConfig):
    name = "pdfcache"
    verbose_name = "PDF cache"

    def ready(self) -> None:
        from pdfcache import checks  # noqa: F401  importing it registers the checks

        autodiscover_modules("documents")
