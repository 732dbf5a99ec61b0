"""The admin as a whole: how one gets in, which foreign tables are not in it, and how it looks."""

from importlib import import_module

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_dramatiq.models import Task

from lims.admin import documents

# Loaded first, so that what they register can be taken out again: roles decide, not groups; addresses and
# second factors belong to their account's page; the tasks' page would show what users typed as markup.
for _module in ("django.contrib.auth", "allauth.account", "allauth.mfa", "django_dramatiq"):
    import_module(f"{_module}.admin")
admin.site.unregister(
    [
        model
        for model in (Group, EmailAddress, EmailConfirmation, Authenticator, Task)
        if admin.site.is_registered(model)
    ]
)

# Through the one login of the site, with its limits and its second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.index_title = _("Administration")


def _urls() -> list[URLPattern]:
    view = admin.site.admin_view
    return [
        path("documents/", view(documents.cached_documents), name="documents"),
        path("documents/invalidate/", view(documents.invalidate), name="documents_invalidate"),
        path("documents/warm/", view(documents.warm), name="documents_warm"),
    ]


admin.site.extra_urls = _urls  # type: ignore[attr-defined]


def colours(request: HttpRequest) -> dict[str, dict[str, str]]:
    """Return none: unfold would write them into an inline style, which the policy forbids. See admin.css."""
    return {}


def stylesheet(request: HttpRequest) -> str:
    return static("lamina/admin.css")


def script(request: HttpRequest) -> str:
    return static("lamina/admin.js")


def logo(request: HttpRequest) -> str:
    return static("lamina/logo.svg")


def _item(title: str | Promise, icon: str, name: str) -> dict:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}")}


def sidebar(request: HttpRequest) -> list[dict]:
    return [
        {"title": _("Work"), "items": _work()},
        {"title": _("Laboratory"), "items": _laboratory()},
        {"title": _("Behind the scenes"), "items": _behind_the_scenes()},
    ]


def _work() -> list[dict]:
    return [
        _item(_("Work orders"), "receipt_long", "lims_workorder_changelist"),
        _item(_("Protocols"), "biotech", "lims_protocol_changelist"),
        _item(_("Reports"), "lab_profile", "lims_report_changelist"),
        _item(_("Deliveries"), "outgoing_mail", "lims_delivery_changelist"),
        _item(_("Veterinarians"), "pets", "lims_veterinarian_changelist"),
        _item(_("Additional requests"), "add_task", "lims_additionalrequest_changelist"),
        _item(_("Reception batches"), "barcode_scanner", "lims_receptionbatch_changelist"),
        _item(_("Label sheets"), "label", "lims_labelsheet_changelist"),
    ]


def _laboratory() -> list[dict]:
    return [
        _item(_("Laboratory data"), "home_health", "lims_laboratory_changelist"),
        _item(_("Price list"), "sell", "lims_price_changelist"),
        _item(_("Users"), "manage_accounts", "lims_user_changelist"),
        _item(_("Staff"), "badge", "lims_staffmember_changelist"),
        _item(_("Pathologists"), "signature", "lims_pathologist_changelist"),
        _item(_("Phrases"), "short_text", "lims_phrase_changelist"),
        _item(_("Holidays"), "event_busy", "lims_holiday_changelist"),
    ]


def _behind_the_scenes() -> list[dict]:
    return [
        _item(_("Jobs"), "settings_motion_mode", "actors_job_changelist"),
        _item(_("Cached PDFs"), "picture_as_pdf", "documents"),
        _item(_("Who opened what"), "visibility", "lims_documentaccess_changelist"),
        _item(_("History of work orders"), "history", "lims_workorderhistory_changelist"),
        _item(_("History of reports"), "history", "lims_reporthistory_changelist"),
        _item(_("History no longer kept"), "auto_delete", "lims_agedhistory_changelist"),
        _item(_("Number series"), "format_list_numbered", "lims_numberseries_changelist"),
    ]
