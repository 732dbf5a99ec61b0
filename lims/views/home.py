"""The front door, and the smallest page that needs a login."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from lims.views.answers import answers


@require_safe
@answers
def home(request: HttpRequest) -> HttpResponse:
    """Lead to what the user works with most."""
    return redirect("work_orders")


@require_safe
@answers
def whoami(request: HttpRequest) -> JsonResponse:
    """Say who is logged in, and do nothing else: the floor that other pages are measured against."""
    return JsonResponse({"email": request.user.email, "role": request.user.role})
