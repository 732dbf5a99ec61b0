"""Pages of in-app notifications."""

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from lims.forms.kit.listing import ListFilter
from lims.models import Notification, NotificationKind
from lims.requests import AuthenticatedRequest
from lims.services.mail.notifications import mark_all_read, open_notification
from lims.views.kit.guard import authenticated, wants_json
from lims.views.kit.listing import Columns, csv_file, list_context, moment, page_of

SENTENCES = {
    NotificationKind.REPORT_ISSUED: _("The report %(subject)s was issued."),
    NotificationKind.REPORT_AMENDED: _("The report %(subject)s was amended: there is a new version."),
    NotificationKind.REPORT_WITHDRAWN: _("The report %(subject)s was withdrawn."),
    NotificationKind.REPORT_FAILED: _("The report %(subject)s could not be issued."),
    NotificationKind.DELIVERY_FAILED: _("The message about %(subject)s could not be delivered."),
    NotificationKind.VET_REGISTERED: _("%(subject)s waits to be verified as a veterinarian."),
    NotificationKind.VET_VERIFIED: _("The laboratory verified your profile: you can submit samples."),
    NotificationKind.PROTOCOL_SUBMITTED: _("The sample %(subject)s was announced."),
    NotificationKind.PROTOCOL_REJECTED: _("The sample %(subject)s was rejected."),
    NotificationKind.PROTOCOL_DISCREPANCY: _("The sample %(subject)s differs from what was declared."),
    NotificationKind.PROTOCOL_CORRECTED: _("What differs of the sample %(subject)s was corrected."),
    NotificationKind.REQUEST_MADE: _("More is wanted of the sample %(subject)s."),
    NotificationKind.REQUEST_DONE: _("What was wanted of the sample %(subject)s is done."),
    NotificationKind.PROTOCOL_RECEIVED: _("The sample %(subject)s was received."),
    NotificationKind.PROTOCOL_PROCESSING: _("The sample %(subject)s is being processed."),
    NotificationKind.PROTOCOL_READY: _("The sample %(subject)s was processed; its report comes next."),
    NotificationKind.WORK_ORDER_SENT: _("The work order %(subject)s can be read."),
    NotificationKind.OPERATION_ENDED: _("An operation has ended. %(subject)s."),
}


@require_safe
@authenticated
def notifications(request: AuthenticatedRequest) -> HttpResponseBase:
    """List the user's notifications, newest first."""
    filters = ListFilter(request.GET)
    found = Notification.objects.visible_to(request.user)
    if request.GET.get("format") == "csv":
        return csv_file(gettext("notifications"), COLUMNS, found)
    page, next_url = page_of(found, filters, "notifications")
    if wants_json(request):
        return JsonResponse({"results": [_row(one) for one in page], "next": next_url})
    entries = [(one, sentence(one)) for one in page]
    context = {"entries": entries} | list_context(filters, "notifications", next_url)
    return render(request, "notifications/list.html", context)


@require_POST
@authenticated
def read_all(request: AuthenticatedRequest) -> HttpResponse:
    mark_all_read(request.user)
    return JsonResponse({"unread": 0}) if wants_json(request) else redirect("notifications")


@require_POST
@authenticated
def open_one(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Mark a notification as read and redirect to its subject's page."""
    path = open_notification(request.user, pk)
    return JsonResponse({"url": path}) if wants_json(request) else redirect(path)


def sentence(notification: Notification) -> str:
    """Return a notification's text in the reader's language."""
    kind = NotificationKind(notification.kind)
    return str(SENTENCES[kind]) % {"subject": notification.subject}


def _row(notification: Notification) -> dict:
    return {
        "id": notification.pk,
        "kind": notification.kind,
        "text": sentence(notification),
        "url": notification.path,
        "at": notification.created_at,
        "read": notification.read_at is not None,
    }


COLUMNS: Columns = ((_("When"), moment("created_at")), (_("Notification"), sentence))
