"""Routes of overview."""

from django.urls import path

from lims.views.overview import home, protocol, statistics

urlpatterns = [
    path("", home.home, name="home"),
    path("whoami/", home.whoami, name="whoami"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("protocols/<int:pk>/", protocol.protocol, name="protocol"),
]
