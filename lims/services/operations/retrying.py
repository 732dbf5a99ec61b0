"""Bulk actions that have something done again: messages, and jobs that failed."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actors import jobs
from lims.models import Delivery, Role, User
from lims.services.mail import deliveries
from lims.services.operations.action import Action, Context, Named
from lims.services.operations.registry import register


@register
class ResendDeliveries(Action):
    """Sends messages again, each as a new delivery to the same address."""

    name = "resend-deliveries"
    label = _("Send again")
    chunk_size = 100
    reads = ("state",)

    def candidates(self, user: User) -> QuerySet[Delivery]:
        return Delivery.objects.visible_to(user)

    def reason(self, state: str) -> str:
        return deliveries.why_not(state)

    def name_of(self, thing: Delivery) -> Named:
        return Named(thing.address, reverse("deliveries"))

    def apply_one(self, context: Context, thing: Delivery) -> None:
        deliveries.resend(context.by, thing.pk)


@register
class RetryJobs(Action):
    """Arms failed jobs again."""

    name = "retry-jobs"
    label = _("Try again")
    roles = (Role.ADMIN,)

    def candidates(self, user: User) -> QuerySet[jobs.Job]:
        # Only these are locked: a lane that waited for another lane's job might wait for ever.
        return jobs.failed() if user.is_superuser else jobs.failed().none()

    def name_of(self, thing: jobs.Job) -> Named:
        return Named(str(thing), reverse("admin:actors_job_change", args=(thing.pk,)))

    def apply_one(self, context: Context, thing: jobs.Job) -> None:
        jobs.requeue(thing, requested_by_id=context.by.pk)
