"""Routes of labels."""

from django.urls import path

from lims.views.labels import label_sheets
from lims.views.pdfs import opening

LABEL_SHEET = {"kind": "label-sheet"}

urlpatterns = [
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
]
