"""The record of what ages out of the history, its protection, and each thing's changes found by an index."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lims", "0013_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="AgedHistory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=60, verbose_name="history of")),
                ("month", models.DateField(verbose_name="month")),
                ("removed", models.PositiveIntegerField(verbose_name="rows removed")),
                ("reduced", models.PositiveIntegerField(verbose_name="rows reduced to what was known")),
                ("kept_months", models.PositiveSmallIntegerField(verbose_name="months kept")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="at")),
            ],
            options={
                "verbose_name": "history no longer kept",
                "verbose_name_plural": "histories no longer kept",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="additionalrequestchange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="additionalrequest_changes"),
        ),
        migrations.AddIndex(
            model_name="cassettechange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="cassette_changes"),
        ),
        migrations.AddIndex(
            model_name="cassettestagechange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="cassettestage_changes"),
        ),
        migrations.AddIndex(
            model_name="cytologysamplechange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="cytologysample_changes"),
        ),
        migrations.AddIndex(
            model_name="histopathologysamplechange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="histopathologysample_changes"),
        ),
        migrations.AddIndex(
            model_name="laboratorychange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="laboratory_changes"),
        ),
        migrations.AddIndex(
            model_name="pathologistchange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="pathologist_changes"),
        ),
        migrations.AddIndex(
            model_name="pricechange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="price_changes"),
        ),
        migrations.AddIndex(
            model_name="protocolchange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="protocol_changes"),
        ),
        migrations.AddIndex(
            model_name="reportchange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="report_changes"),
        ),
        migrations.AddIndex(
            model_name="slidecassettechange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="slidecassette_changes"),
        ),
        migrations.AddIndex(
            model_name="slidechange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="slide_changes"),
        ),
        migrations.AddIndex(
            model_name="specimenchange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="specimen_changes"),
        ),
        migrations.AddIndex(
            model_name="staffmemberchange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="staffmember_changes"),
        ),
        migrations.AddIndex(
            model_name="userchange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="user_changes"),
        ),
        migrations.AddIndex(
            model_name="veterinarianchange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="veterinarian_changes"),
        ),
        migrations.AddIndex(
            model_name="workorderchange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="workorder_changes"),
        ),
        migrations.AddIndex(
            model_name="workorderlinechange",
            index=models.Index(fields=["pgh_obj", "pgh_id"], name="workorderline_changes"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="documentaccess",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="81137babf688d611397364fab35b901b93b65c01",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_81921",
                    table="lims_documentaccess",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="agedhistory",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddIndex(
            model_name="agedhistory",
            index=models.Index(fields=["kind", "-month"], name="aged_history_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="agedhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="9b03f0e842f3b64317732b78c1b077581c7ead1a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1dd9a",
                    table="lims_agedhistory",
                    when="BEFORE",
                ),
            ),
        ),
    ]
