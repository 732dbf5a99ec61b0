"""The laboratory's pages, one line per route."""

from django.urls import path

from lims.views import documents, home, work_order_list, work_orders

WORK_ORDER = {"kind": "work-order"}

urlpatterns = [
    path("", home.home, name="home"),
    path("whoami/", home.whoami, name="whoami"),
    path("work-orders/", work_order_list.work_orders, name="work_orders"),
    path("work-orders/<int:pk>/", work_orders.work_order, name="work_order"),
    path("work-orders/<int:pk>/issue/", work_orders.issue, name="work_order_issue"),
    path("work-orders/<int:pk>/cancel/", work_orders.cancel, name="work_order_cancel"),
    path("work-orders/<int:pk>/pdf/", documents.open_pdf, WORK_ORDER, name="work_order_pdf"),
    path(
        "work-orders/<int:pk>/pdf/status/<int:job_id>/",
        documents.pdf_status,
        WORK_ORDER,
        name="work_order_pdf_status",
    ),
    path(
        "work-orders/<int:pk>/pdf/status/<int:job_id>/retry/",
        documents.pdf_retry,
        WORK_ORDER,
        name="work_order_pdf_retry",
    ),
]
