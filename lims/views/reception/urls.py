"""Routes of reception."""

from django.urls import path

from lims.views.reception import batch, correcting, reception
from lims.views.reception import list as reception_list

urlpatterns = [
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
]
