"""The laboratory's routes, by noun."""

from django.urls import include, path

urlpatterns = [
    path("", include("lims.views.overview.urls")),
    path("", include("lims.views.mail.urls")),
    path("", include("lims.views.people.urls")),
    path("", include("lims.views.operations.urls")),
    path("", include("lims.views.protocols.urls")),
    path("", include("lims.views.labels.urls")),
    path("", include("lims.views.reception.urls")),
    path("", include("lims.views.bench.urls")),
    path("", include("lims.views.work_orders.urls")),
    path("", include("lims.views.reports.urls")),
    path("", include("lims.views.history.urls")),
]
