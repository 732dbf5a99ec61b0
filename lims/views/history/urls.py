"""Routes of history."""

from django.urls import path

from lims.views.history import audit

urlpatterns = [
    path("audit/<slug:kind>/<int:pk>/", audit.audit, name="audit"),
]
