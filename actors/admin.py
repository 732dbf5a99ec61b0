"""The admin of jobs: what waits, what failed and why, and a button that retries it."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from actors import jobs, registry
from actors.models import Job, JobState
from actors.reasons import reason

LABELS = {"pending": "info", "running": "primary", "done": "success", "failed": "danger"}


class Queue(NamedTuple):
    """How a queue stands now; `oldest_due_at` is None where nothing is overdue."""

    name: str
    waiting: int
    failed: int
    oldest_due_at: datetime | None


class ActorFilter(admin.SimpleListFilter):
    """Lists the registry's actors: asking the table would read all of it."""

    title = _("actor")
    parameter_name = "actor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(actor.name for actor in registry.actors())]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(actor=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(ModelAdmin):
    list_display = ("shown", "shown_state", "attempts", "why", "requested_by", "armed_at", "finished_at")
    list_filter = (ActorFilter, "state")
    list_select_related = ("requested_by",)
    list_before_template = "admin/actors/queues.html"
    search_fields = ("^ref", "=pk")
    search_help_text = _("The beginning of the reference, or the number that an error page showed")
    show_full_result_count = False
    fields = (
        *("actor", "ref", "shown_args", "shown_state", "why", "error_code", "error_summary", "attempts"),
        *("run_after", "lease_until", "requested_by", "created_at", "armed_at", "started_at", "finished_at"),
    )
    change_form_outer_before_template = "admin/actors/retry.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        retry = self.admin_site.admin_view(self.retry)
        return [path("<int:pk>/retry/", retry, name="actors_job_retry"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, (extra_context or {}) | {"queues": queues()})

    def retry(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._retry(request, get_object_or_404(Job, pk=pk))
        return redirect("admin:actors_job_change", pk)

    def _retry(self, request: HttpRequest, job: Job) -> None:
        with transaction.atomic():
            enqueued = jobs.requeue(job, requested_by_id=request.user.pk).enqueued
        if enqueued:
            messages.success(request, _("The job is done again."))
        else:
            messages.info(request, _("Nothing to do: the work is under way already."))

    @display(description=_("job"), ordering="ref")
    def shown(self, job: Job) -> str:
        return f"{job.actor} {job.ref}"

    @display(description=_("state"), ordering="state", label=LABELS)
    def shown_state(self, job: Job) -> tuple[str, str]:
        return job.state, job.get_state_display()

    @display(description=_("arguments"))
    def shown_args(self, job: Job) -> str:
        return ", ".join(map(str, job.args))

    @display(description=_("reason"))
    def why(self, job: Job) -> str:
        return reason(job) or "–"


def queues() -> list[Queue]:
    """Return how each queue stands; one statement."""
    by_actor = {row["actor"]: row for row in _counted()}
    return [_queue(name, by_actor) for name in registry.QUEUES]


def _counted() -> QuerySet:
    open_or_failed = Job.objects.filter(~Q(state=JobState.DONE)).order_by()
    return open_or_failed.values("actor").annotate(
        waiting=Count("pk", filter=Q(state=JobState.PENDING)),
        failed=Count("pk", filter=Q(state=JobState.FAILED)),
        oldest_due_at=Min("run_after", filter=jobs.due() & Q(state=JobState.PENDING)),
    )


def _queue(name: str, by_actor: dict[str, dict]) -> Queue:
    rows = [
        by_actor[actor.name] for actor in registry.actors() if actor.queue == name and actor.name in by_actor
    ]
    oldest = min((row["oldest_due_at"] for row in rows if row["oldest_due_at"]), default=None)
    return Queue(name, sum(row["waiting"] for row in rows), sum(row["failed"] for row in rows), oldest)
