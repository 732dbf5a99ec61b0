"""Bases of the admin's pages: read-only tables, and forms whose values go to a service."""

import base64
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from lims.errors import LimsError, StaleEdit
from lims.forms.kit.refusing import refuse
from lims.forms.kit.service_forms import StaleCheckedForm, as_read, as_stored
from lims.models import Asset
from lims.services.history.changes import kind_of


class ReadOnlyAdmin(ModelAdmin):
    """Table that the program alone writes."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PostedAdmin(ModelAdmin):
    """Has buttons on a thing's page, each a route of its own that takes a POST and comes back to the page."""

    def posted(self, end: str, act: Callable[[HttpRequest, int], None]) -> URLPattern:
        """Return the route `<pk>/<end>` that has an administrator's POST done by `act`."""

        def post(request: HttpRequest, pk: int) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            get_object_or_404(self.get_queryset(request), pk=pk)
            act(request, pk)
            return redirect(f"admin:{self.route('change')}", pk)

        name = self.route(end.strip("/").replace("/", "_"))
        return path(f"<int:pk>/{end}", self.admin_site.admin_view(post), name=name)

    def route(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"


class AuditedAdmin(ModelAdmin):
    """A thing's history is that of its changes, as the database keeps them."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        thing = self.get_object(request, unquote(object_id))
        if thing is None:
            raise Http404
        return redirect("audit", kind_of(self.model), thing.pk)


class ServedAdmin(ModelAdmin):
    """A form whose valid values go to a service, in `serve`; what it refuses stands beside its field.

    A refusal rolls back what was begun; the form is then shown again as it was typed. Of two editors the
    second is told: by the form's mark, or by the service where the row has a version.
    """

    show_full_result_count = False
    change_form_before_template = "admin/lims/read.html"

    def serve(self, request: HttpRequest, form: Any, formsets: list, change: bool) -> models.Model:
        """Call the service with the valid values and return the row that it wrote; may raise LimsError."""
        raise NotImplementedError

    def locked(self, pk: int) -> models.Model:
        """Return the row as it is now and stays until this request ends; lock as its service does."""
        return get_object_or_404(self.model._default_manager.select_for_update(), pk=pk)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except LimsError as error:
            request.refusal = error  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return type(form.__name__, (Refused, form), {"refusal": refusal}) if refusal else form

    def save_model(
        self, request: HttpRequest, obj: models.Model, form: forms.ModelForm, change: bool
    ) -> None:
        """Leave it to `save_related`, which has the lines too."""

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list, change: bool) -> None:
        if change and isinstance(form, StaleCheckedForm) and form.overwrites(self.locked(form.instance.pk)):
            raise StaleEdit(
                _("Somebody else changed this meanwhile; yours was not saved. Look, then save again.")
            )
        form.instance.pk = self.serve(request, form, formsets, change).pk
        form.instance.refresh_from_db()

    def construct_change_message(
        self, request: HttpRequest, form: forms.ModelForm, formsets: list, add: bool = False
    ) -> list[dict[str, dict[str, Sequence[str]]]]:
        # The formsets saved nothing themselves, so they cannot tell what they changed.
        return super().construct_change_message(request, form, [], add)


class Refused(forms.ModelForm):
    """A bound form that shows what the service refused, beside the field where the refusal names one."""

    refusal: LimsError

    def full_clean(self) -> None:
        super().full_clean()
        if isinstance(self.refusal, StaleEdit):
            self.compare()
        refuse(self, self.refusal)

    def compare(self) -> None:
        """Show beside what was typed what is saved now, and let the next save replace that."""
        newest = {hidden.name: hidden.initial for hidden in self.hidden_fields()}
        self.data = as_stored(self.data) | newest
        for name in (name for name in self.changed_data if name in self.initial):
            self.add_error(name, f"{_('Saved meanwhile:')} {as_read(self[name])}")


def picture(asset: Asset | None, text: str) -> str:
    """Return a logo or signature as an image within the page, described by a text; nothing for none."""
    if asset is None:
        return ""
    content = base64.b64encode(bytes(asset.content)).decode()
    return format_html(
        '<img src="data:{};base64,{}" alt="{}" class="lamina-logo">', asset.media_type, content, text
    )
