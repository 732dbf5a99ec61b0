"""Routes of bench."""

from django.urls import path

from lims.views.bench import labels, processing, requests, sample

urlpatterns = [
    path("processing/", processing.processing, name="processing"),
    path("processing/mark/", processing.mark, name="processing_mark"),
    path("processing/labels/", labels.processing_labels, name="processing_labels"),
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
]
