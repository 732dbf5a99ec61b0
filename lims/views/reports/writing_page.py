"""What the writing page shows beside the text: the patient, the history, the slides, the images."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from lims.errors import NotAllowed
from lims.forms.reports.reports import DraftForm, ImageForm
from lims.forms.reports.synoptic import suggestions
from lims.models import ImageUpload, Report, ReportImage, Slide
from lims.services.kit.images import MIB, MICROGRAPH
from lims.services.reports import access
from lims.typing import AuthenticatedRequest
from lims.views.kit import saving

AROUND = (
    "protocol__veterinarian__user",
    "protocol__histopathology_sample",
    "protocol__cytology_sample",
    "author__staff_member",
    "replaces",
)


def own_report(request: AuthenticatedRequest, pk: int) -> Report:
    """Return a report of which the user is the author; Http404 for strangers, NotAllowed for colleagues."""
    visible = Report.objects.visible_to(request.user).select_related(*AROUND).defer("snapshot")
    report = get_object_or_404(visible, pk=pk)
    if not access.is_author(request.user, report):
        raise NotAllowed(_("Only its author writes a report."))
    return report


def draft_form(report: Report, request: AuthenticatedRequest | None = None) -> DraftForm:
    """Return the form of a draft, with what was typed if there is a request."""
    diagnoses = list(report.diagnoses.all())
    cassettes = list(report.cassettes.select_related("cassette__specimen"))
    return DraftForm(report, diagnoses, cassettes, request.POST if request else None)


def writing_page(
    request: AuthenticatedRequest,
    report: Report,
    form: DraftForm,
    *,
    conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Draw the writing page with a form, be it fresh or refused."""
    protocol = report.protocol
    language = protocol.veterinarian.user.language
    context = {
        "report": report,
        "protocol": protocol,
        "form": form,
        "conflict": conflict,
        "specimens": protocol.specimens.all(),
        "slides": _slides(report),
        "images": images_of(report),
        "language": language,
        "synoptic": suggestions(language),
        "upload_bytes_max": MICROGRAPH.megabytes * MIB,
    }
    return saving.page(request, "reports/write.html", context, status)


def images_of(report: Report) -> Sequence[ReportImage]:
    """Return the images of a report in their order, each with the form that describes it."""
    # What was uploaded is kept where preparing it may yet succeed.
    upload = ImageUpload.objects.filter(pk=OuterRef("pk"))
    images = list(report.images.annotate(may_retry=Exists(upload)))
    for image in images:
        image.form = ImageForm(instance=image)  # type: ignore[attr-defined]
    return images


def _slides(report: Report) -> QuerySet[Slide]:
    cassettes = Prefetch("cassettes", to_attr="shown")
    return report.protocol.slides.prefetch_related(cassettes)
