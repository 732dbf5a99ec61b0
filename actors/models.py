"""The job: a row that says "this must happen". `actors.jobs` alone writes it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    PENDING = "pending", _("Pending")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Job(models.Model):
    """One piece of work, known by its actor and a reference that makes it unique."""

    actor = models.CharField(_("actor"), max_length=60)
    ref = models.CharField(_("reference"), max_length=200)
    args = models.JSONField(_("arguments"), default=list)
    state = models.CharField(_("state"), max_length=8, choices=JobState, default=JobState.PENDING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    # The fencing token: who lost the lease holds an old one, and its writes change nothing.
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(_("leased until"), null=True, editable=False)
    run_after = models.DateTimeField(_("run after"))
    woken_at = models.DateTimeField(_("woken"), null=True, editable=False)
    error_code = models.CharField(_("error"), max_length=60, blank=True)
    error_summary = models.CharField(_("reason"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # When the work was asked for last; DONE and FAILED jobs can be enqueued again.
    armed_at = models.DateTimeField(_("asked for"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("requested by"),
    )

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["actor", "ref"], name="job_actor_ref_unique"),
            models.CheckConstraint(
                condition=Q(state="running", token__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(token=None, lease_until=None)),
                name="job_running_has_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["run_after"], condition=Q(state="pending"), name="job_pending"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="job_running"),
            models.Index(fields=["requested_by", "armed_at"], name="job_requested"),
            models.Index(fields=["state", "-id"], name="job_state"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.ref}"

    @property
    def is_open(self) -> bool:
        return self.state in (JobState.PENDING, JobState.RUNNING)
