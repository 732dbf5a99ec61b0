"""Routes of mail."""

from django.urls import path

from lims.views.mail import deliveries, notifications

urlpatterns = [
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/<int:pk>/resend/", deliveries.resend, name="delivery_resend"),
    path("deliveries/<int:pk>/settle/", deliveries.settle, name="delivery_settle"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read_all, name="notifications_read"),
    path("notifications/<int:pk>/open/", notifications.open_one, name="notification"),
]
