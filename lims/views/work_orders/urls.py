"""Routes of work orders."""

from django.urls import path

from lims.views.pdfs import opening
from lims.views.work_orders import list as work_order_list
from lims.views.work_orders import work_orders
from lims.views.work_orders import writing as work_order_writing

WORK_ORDER = {"kind": "work-order"}

urlpatterns = [
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
]
