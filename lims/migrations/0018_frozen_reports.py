import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("lims", "0017_slide_request"),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="report",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (NOT (OLD."status" = \'draft\') AND (OLD."snapshot" IS DISTINCT FROM (NEW."snapshot") OR OLD."macroscopic" IS DISTINCT FROM (NEW."macroscopic") OR OLD."microscopic" IS DISTINCT FROM (NEW."microscopic") OR OLD."comments" IS DISTINCT FROM (NEW."comments") OR OLD."recommendations" IS DISTINCT FROM (NEW."recommendations") OR OLD."methods" IS DISTINCT FROM (NEW."methods") OR OLD."external_results" IS DISTINCT FROM (NEW."external_results") OR OLD."pending_tests" IS DISTINCT FROM (NEW."pending_tests") OR OLD."critical_result" IS DISTINCT FROM (NEW."critical_result")))',
                    func='RAISE EXCEPTION \'pgtrigger: Cannot update of "snapshot", "macroscopic", "microscopic", "comments", "recommendations", "methods", "external_results", "pending_tests", "critical_result" rows from % table\', TG_TABLE_NAME;',
                    hash="3f71630abfcea94d5ecff42b0b6d1eace53ccb26",
                    operation='UPDATE OF "snapshot", "macroscopic", "microscopic", "comments", "recommendations", "methods", "external_results", "pending_tests", "critical_result"',
                    pgid="pgtrigger_keep_frozen_3746b",
                    table="lims_report",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="report",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_finalized",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (NOT (OLD.\"status\" = 'draft'))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="d118bb227243d0859bcc925cb3451993b49e1b4c",
                    operation="DELETE",
                    pgid="pgtrigger_keep_finalized_ec6df",
                    table="lims_report",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reportcassette",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF (\n    SELECT bool_or(status <> 'draft')\n    FROM (SELECT status FROM lims_report WHERE id IN (NEW.report_id, OLD.report_id) FOR SHARE) AS locked\n) THEN\n    RAISE EXCEPTION 'lims: the report is finalized, so what it says of its cassettes stays';\nEND IF;\nRETURN coalesce(NEW, OLD);\n",
                    hash="1ef0a867754c3dfbfa1b2a27a68b191e0d8db89c",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_keep_frozen_205bb",
                    table="lims_reportcassette",
                    when="BEFORE",
                ),
            ),
        ),
    ]
