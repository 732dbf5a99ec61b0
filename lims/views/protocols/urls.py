"""Routes of protocols."""

from django.urls import path

from lims.views.protocols import lists, sheet, submissions

urlpatterns = [
    path("protocols/", lists.protocols, name="protocols"),
    path("protocols/new/", submissions.protocol_begin, name="protocol_begin"),
    path("protocols/patients/", submissions.protocol_patients, name="protocol_patients"),
    path("protocols/<int:pk>/edit/", submissions.protocol_edit, name="protocol_edit"),
    path("protocols/<int:pk>/submit/", submissions.protocol_submit, name="protocol_submit"),
    path("protocols/<int:pk>/delete/", submissions.protocol_delete, name="protocol_delete"),
    path("protocols/<int:pk>/sheet/", sheet.protocol_sheet, name="protocol_sheet"),
]
