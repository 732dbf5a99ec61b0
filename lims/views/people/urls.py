"""Routes of people."""

from django.urls import path

from lims.views.people import profile, veterinarians

urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("veterinarians/", veterinarians.veterinarians, name="veterinarians"),
    path("veterinarians/<int:pk>/", veterinarians.veterinarian, name="veterinarian"),
    path("veterinarians/<int:pk>/verify/", veterinarians.verify, name="veterinarian_verify"),
    path("veterinarians/<int:pk>/unverify/", veterinarians.unverify, name="veterinarian_unverify"),
]
