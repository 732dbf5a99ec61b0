"""The part of a thing's page that tells what is cached of its PDF, and has it deleted or made."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _

from lims.admin.base import PostedAdmin
from lims.admin.documents import cached
from lims.requests import user_of
from lims.services.pdfs.opening import invalidate_documents, warm_document


class CachedDocumentAdmin(PostedAdmin):
    """For things that have a cached document of `kind`, opened at the route `pdf_route`."""

    kind: str
    pdf_route: str

    def get_urls(self) -> list[URLPattern]:
        return [
            self.posted("pdf/warm/", self.warm),
            self.posted("pdf/invalidate/", self.invalidate),
            *super().get_urls(),
        ]

    def warm(self, request: HttpRequest, pk: int) -> None:
        warm_document(user_of(request), self.kind, pk)
        messages.success(request, _("The PDF is being made. It will be here in a moment."))

    def invalidate(self, request: HttpRequest, pk: int) -> None:
        invalidate_documents(user_of(request), self.kind, pk)
        messages.success(
            request, _("What is cached is being deleted. The PDF is made anew when it is opened next.")
        )

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        if obj:
            context |= {
                "cached": cached(self.kind, obj.pk),
                "pdf_route": self.pdf_route,
                "warm_url": reverse(f"admin:{self.route('pdf_warm')}", args=(obj.pk,)),
                "invalidate_url": reverse(f"admin:{self.route('pdf_invalidate')}", args=(obj.pk,)),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)
