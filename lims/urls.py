"""The laboratory's pages, one line per route."""

from django.urls import path

from lims.views.bench import processing, requests, sample
from lims.views.history import audit
from lims.views.labels import label_sheets
from lims.views.mail import deliveries, notifications
from lims.views.operations import operations, starting
from lims.views.overview import home, protocol, statistics
from lims.views.pdfs import opening
from lims.views.people import profile, veterinarians
from lims.views.protocols import lists, sheet, submissions
from lims.views.reception import batch, correcting, reception
from lims.views.reception import list as reception_list
from lims.views.reports import images, issuing, pdf, phrases, reports, verify, worklist, writing
from lims.views.reports import list as report_list
from lims.views.work_orders import list as work_order_list
from lims.views.work_orders import work_orders
from lims.views.work_orders import writing as work_order_writing

WORK_ORDER = {"kind": "work-order"}
LABEL_SHEET = {"kind": "label-sheet"}

urlpatterns = [
    path("", home.home, name="home"),
    path("whoami/", home.whoami, name="whoami"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("work-orders/", work_order_list.work_orders, name="work_orders"),
    path("work-orders/new/", work_order_writing.work_order_new, name="work_order_new"),
    path("work-orders/<int:pk>/", work_orders.work_order, name="work_order"),
    path("work-orders/<int:pk>/edit/", work_order_writing.work_order_edit, name="work_order_edit"),
    path("work-orders/<int:pk>/send/", work_orders.send, name="work_order_send"),
    path("work-orders/<int:pk>/invoice/", work_orders.invoice, name="work_order_invoice"),
    path("work-orders/<int:pk>/issue/", work_orders.issue, name="work_order_issue"),
    path("work-orders/<int:pk>/cancel/", work_orders.cancel, name="work_order_cancel"),
    path("work-orders/<int:pk>/pdf/", opening.open_pdf, WORK_ORDER, name="work_order_pdf"),
    path(
        "work-orders/<int:pk>/pdf/status/<int:job_id>/",
        opening.pdf_status,
        WORK_ORDER,
        name="work_order_pdf_status",
    ),
    path(
        "work-orders/<int:pk>/pdf/status/<int:job_id>/retry/",
        opening.pdf_retry,
        WORK_ORDER,
        name="work_order_pdf_retry",
    ),
    path("labels/", label_sheets.label_sheets, name="label_sheets"),
    path("labels/new/", label_sheets.label_sheet_new, name="label_sheet_new"),
    path("labels/make/", label_sheets.label_sheet_make, name="label_sheet_make"),
    path("labels/<int:pk>/", label_sheets.label_sheet, name="label_sheet"),
    path("labels/<int:pk>/pdf/", opening.open_pdf, LABEL_SHEET, name="label_sheet_pdf"),
    path(
        "labels/<int:pk>/pdf/status/<int:job_id>/",
        opening.pdf_status,
        LABEL_SHEET,
        name="label_sheet_pdf_status",
    ),
    path(
        "labels/<int:pk>/pdf/status/<int:job_id>/retry/",
        opening.pdf_retry,
        LABEL_SHEET,
        name="label_sheet_pdf_retry",
    ),
    path("protocols/", lists.protocols, name="protocols"),
    path("protocols/receive/", starting.receive, name="protocols_receive"),
    path("protocols/new/", submissions.protocol_begin, name="protocol_begin"),
    path("protocols/patients/", submissions.protocol_patients, name="protocol_patients"),
    path("protocols/<int:pk>/", protocol.protocol, name="protocol"),
    path("protocols/<int:pk>/edit/", submissions.protocol_edit, name="protocol_edit"),
    path("protocols/<int:pk>/submit/", submissions.protocol_submit, name="protocol_submit"),
    path("protocols/<int:pk>/delete/", submissions.protocol_delete, name="protocol_delete"),
    path("protocols/<int:pk>/sheet/", sheet.protocol_sheet, name="protocol_sheet"),
    path("protocols/<int:protocol_pk>/report/", writing.report_begin, name="report_begin"),
    path("reception/", reception_list.reception, name="reception"),
    path("reception/batch/", batch.reception_batch, name="reception_batch"),
    path(
        "reception/batch/samples/<int:pk>/remove/",
        batch.reception_batch_remove,
        name="reception_batch_remove",
    ),
    path(
        "reception/batch/<int:pk>/discard/",
        batch.reception_batch_discard,
        name="reception_batch_discard",
    ),
    path(
        "reception/batch/<int:pk>/receive/",
        batch.reception_batch_receive,
        name="reception_batch_receive",
    ),
    path("reception/<int:pk>/", reception.reception_sample, name="reception_sample"),
    path("reception/<int:pk>/reject/", reception.reception_reject, name="reception_reject"),
    path("reception/<int:pk>/correct/", correcting.reception_correct, name="reception_correct"),
    path("reception/<int:pk>/return/", reception.reception_return, name="reception_return"),
    path("processing/", processing.processing, name="processing"),
    path("processing/mark/", processing.mark, name="processing_mark"),
    path("protocols/<int:pk>/processing/", sample.protocol_processing, name="protocol_processing"),
    path("protocols/<int:pk>/cassettes/", sample.cassettes_add, name="cassettes_add"),
    path("protocols/<int:pk>/slides/", sample.slides_add, name="slides_add"),
    path("protocols/<int:pk>/ready/", sample.protocol_ready, name="protocol_ready"),
    path("protocols/<int:pk>/requests/", requests.request_make, name="request_make"),
    path("cassettes/<int:pk>/remove/", sample.cassette_remove, name="cassette_remove"),
    path("cassettes/<int:pk>/undo/", sample.cassette_undo, name="cassette_undo"),
    path("slides/<int:pk>/undo/", sample.slide_undo, name="slide_undo"),
    path("slides/<int:pk>/remove/", sample.slide_remove, name="slide_remove"),
    path("requests/<int:pk>/finish/", requests.request_finish, name="request_finish"),
    path("reports/", report_list.reports, name="reports"),
    path("reports/to-write/", worklist.report_worklist, name="report_worklist"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("reports/<int:pk>/write/", writing.report_write, name="report_write"),
    path("reports/<int:pk>/discard/", writing.report_discard, name="report_discard"),
    path("reports/<int:pk>/changes/", writing.report_changes, name="report_changes"),
    path("reports/<int:pk>/finalize/", issuing.finalize, name="report_finalize"),
    path("reports/<int:pk>/status/", issuing.status, name="report_status"),
    path("reports/<int:pk>/retry/", issuing.retry, name="report_publish_retry"),
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
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/<int:pk>/resend/", deliveries.resend, name="delivery_resend"),
    path("deliveries/<int:pk>/settle/", deliveries.settle, name="delivery_settle"),
    path("operations/", operations.operations, name="operations"),
    path("operations/preview/", starting.preview, name="operation_preview"),
    path("operations/start/", starting.start, name="operation_start"),
    path("operations/<int:pk>/", operations.operation, name="operation"),
    path("operations/<int:pk>/status/", operations.status, name="operation_status"),
    path("operations/<int:pk>/cancel/", operations.cancel, name="operation_cancel"),
    path("operations/<int:pk>/resume/", operations.resume, name="operation_resume"),
    path("operations/<int:pk>/retry/", operations.retry, name="operation_retry"),
    path("audit/<slug:kind>/<int:pk>/", audit.audit, name="audit"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications_read"),
    path("notifications/<int:pk>/open/", notifications.open_one, name="notification"),
    path("profile/", profile.profile, name="profile"),
    path("veterinarians/", veterinarians.veterinarians, name="veterinarians"),
    path("veterinarians/<int:pk>/", veterinarians.veterinarian, name="veterinarian"),
    path("veterinarians/<int:pk>/verify/", veterinarians.verify, name="veterinarian_verify"),
    path("veterinarians/<int:pk>/unverify/", veterinarians.unverify, name="veterinarian_unverify"),
    path("verify/", verify.verify, name="verify"),
    # Whatever is put into the address gets the same neutral answer.
    path("verify/<path:token>/", verify.verify_report, name="verify_report"),
]
