"""Routes of reports."""

from django.urls import path

from lims.views.reports import finalizing, images, pdf, phrases, reports, verify, worklist, writing
from lims.views.reports import list as report_list

urlpatterns = [
    path("protocols/<int:protocol_pk>/report/", writing.report_begin, name="report_begin"),
    path("reports/", report_list.reports, name="reports"),
    path("reports/to-write/", worklist.report_worklist, name="report_worklist"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("reports/<int:pk>/write/", writing.report_write, name="report_write"),
    path("reports/<int:pk>/discard/", writing.report_discard, name="report_discard"),
    path("reports/<int:pk>/changes/", writing.report_changes, name="report_changes"),
    path("reports/<int:pk>/finalize/", finalizing.finalize, name="report_finalize"),
    path("reports/<int:pk>/status/", finalizing.status, name="report_status"),
    path("reports/<int:pk>/retry/", finalizing.retry, name="report_publish_retry"),
    path("reports/<int:pk>/pdf/", pdf.open_pdf, name="report_pdf"),
    path("reports/<int:pk>/amend/", reports.amend, name="report_amend"),
    path("reports/<int:pk>/withdraw/", reports.withdraw, name="report_withdraw"),
    path("reports/<int:pk>/images/", images.report_images, name="report_images"),
    path("reports/<int:pk>/images/order/", images.report_image_order, name="report_image_order"),
    path("reports/<int:pk>/images/state/", images.report_images_state, name="report_images_state"),
    path("reports/<int:pk>/images/<int:image_pk>/", images.report_image, name="report_image"),
    path(
        "reports/<int:pk>/images/<int:image_pk>/remove/",
        images.report_image_remove,
        name="report_image_remove",
    ),
    path(
        "reports/<int:pk>/images/<int:image_pk>/picture/",
        images.report_image_picture,
        name="report_image_picture",
    ),
    path(
        "reports/<int:pk>/images/<int:image_pk>/retry/",
        images.report_image_retry,
        name="report_image_retry",
    ),
    path("phrases/", phrases.phrases, name="phrases"),
    path("phrases/<int:pk>/", phrases.phrase, name="phrase"),
    path("phrases/<int:pk>/remove/", phrases.phrase_remove, name="phrase_remove"),
    path("verify/", verify.verify, name="verify"),
    # Whatever is put into the address gets the same neutral answer.
    path("verify/<path:token>/", verify.verify_report, name="verify_report"),
]
