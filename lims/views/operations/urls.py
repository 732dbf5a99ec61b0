"""Routes of operations."""

from django.urls import path

from lims.views.operations import operations, starting

urlpatterns = [
    path("protocols/receive/", starting.receive, name="protocols_receive"),
    path("operations/", operations.operations, name="operations"),
    path("operations/preview/", starting.preview, name="operation_preview"),
    path("operations/start/", starting.start, name="operation_start"),
    path("operations/<int:pk>/", operations.operation, name="operation"),
    path("operations/<int:pk>/status/", operations.status, name="operation_status"),
    path("operations/<int:pk>/cancel/", operations.cancel, name="operation_cancel"),
    path("operations/<int:pk>/resume/", operations.resume, name="operation_resume"),
    path("operations/<int:pk>/retry/", operations.retry, name="operation_retry"),
]
