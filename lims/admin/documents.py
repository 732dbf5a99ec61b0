"""Cached PDFs: shown to administrators, and deleted or made at their wish."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

import pdfcache.cache
from lims.errors import LimsError
from lims.requests import user_of
from lims.services.pdfs import bulk, warming
from lims.services.pdfs.opening import invalidate_documents, name_of
from pdfcache import registry
from pdfcache.errors import StoreError


@dataclass(frozen=True)
class Kept:
    digest: str
    size: int
    made_at: datetime
    is_current: bool


@dataclass(frozen=True)
class Cached:
    """Cached objects of one document; `is_away` says that the store did not answer."""

    objects: list[Kept]
    is_away: bool = False

    @property
    def has_current(self) -> bool:
        return any(kept.is_current for kept in self.objects)


def cached(kind: str, pk: int) -> Cached:
    """Return what is cached of a document, the current object first."""
    try:
        current = pdfcache.cache.lookup(kind, pk).key
        found = pdfcache.cache.cached(kind, pk)
    except StoreError:
        return Cached([], is_away=True)
    kept = [
        Kept(_digest(stored.key), stored.size, stored.last_modified, stored.key == current)
        for stored in found
    ]
    return Cached(sorted(kept, key=lambda one: (one.is_current, one.made_at), reverse=True))


def cached_documents(request: HttpRequest) -> HttpResponse:
    try:
        stats, is_away = pdfcache.cache.stats(), False
    except StoreError:
        stats, is_away = {}, True
    empty = pdfcache.cache.KindStats(0, 0)
    rows = [
        (kind, name_of(kind), stats.get(kind, empty), bulk.warming().get(kind)) for kind in registry.kinds()
    ]
    return _page(request, "cached_documents", _("Cached PDFs"), {"kinds": rows, "is_away": is_away})


def invalidate(request: HttpRequest) -> HttpResponse:
    """Ask whether a kind, or without one everything, is to be deleted; a POST has it done."""
    kind = request.GET.get("kind") or None
    if kind and kind not in registry.kinds():
        raise Http404
    if request.method != "POST":
        return _page(request, "confirm_invalidate", _("Delete cached PDFs"), {"name": kind and name_of(kind)})
    invalidate_documents(user_of(request), kind)
    messages.success(
        request, _("What is cached is being deleted. Each PDF is made anew when it is opened next.")
    )
    return redirect("admin:documents")


def warm(request: HttpRequest) -> HttpResponse:
    """Ask whether the papers of every kind are to be made; a POST has it done, once for each form."""
    if request.method != "POST":
        foreseen = warming.foresee_everything(user_of(request))
        rows = [(name_of(action.kind), preview) for action, preview in foreseen]
        context = {"foreseen": rows, "total": sum(preview.allowed for _name, preview in rows)}
        return _page(request, "confirm_warm", _("Make all PDFs"), context | {"key": str(uuid.uuid4())})
    try:
        begun = warming.warm_everything(user_of(request), request.POST.get("key", ""))
    except LimsError as error:
        messages.error(request, str(error))
        return redirect("admin:documents")
    messages.info(request, _("The PDFs are being made, you will be notified."))
    return redirect("operation", begun[0].pk) if len(begun) == 1 else redirect("operations")


def _page(request: HttpRequest, template: str, title: str, context: dict) -> HttpResponse:
    request.current_app = admin.site.name
    common = admin.site.each_context(request) | {"title": title}
    return TemplateResponse(request, f"admin/lims/{template}.html", common | context)


def _digest(key: str) -> str:
    return key.rsplit("/", 1)[-1].removesuffix(".pdf")[:12]
