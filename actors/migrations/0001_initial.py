import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("actor", models.CharField(max_length=60, verbose_name="actor")),
                ("ref", models.CharField(max_length=200, verbose_name="reference")),
                ("args", models.JSONField(default=list, verbose_name="arguments")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("token", models.UUIDField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True, verbose_name="leased until")),
                ("run_after", models.DateTimeField(verbose_name="run after")),
                ("woken_at", models.DateTimeField(editable=False, null=True, verbose_name="woken")),
                ("error_code", models.CharField(blank=True, max_length=60, verbose_name="error")),
                ("error_summary", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("armed_at", models.DateTimeField(verbose_name="asked for")),
                ("started_at", models.DateTimeField(null=True, verbose_name="started")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="requested by",
                    ),
                ),
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")), fields=["run_after"], name="job_pending"
                    ),
                    models.Index(
                        condition=models.Q(("state", "running")), fields=["lease_until"], name="job_running"
                    ),
                    models.Index(fields=["requested_by", "armed_at"], name="job_requested"),
                    models.Index(fields=["state", "-id"], name="job_state"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("actor", "ref"), name="job_actor_ref_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lease_until__isnull", False), ("state", "running"), ("token__isnull", False)
                            ),
                            models.Q(
                                models.Q(("state", "running"), _negated=True),
                                ("lease_until", None),
                                ("token", None),
                            ),
                            _connector="OR",
                        ),
                        name="job_running_has_lease",
                    ),
                ],
            },
        ),
    ]
