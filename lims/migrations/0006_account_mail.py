from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lims", "0005_laboratory")]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="kind",
            field=models.CharField(
                choices=[
                    ("report_issued", "Report issued"),
                    ("report_amended", "Report amended"),
                    ("report_withdrawn", "Report withdrawn"),
                    ("reception_digest", "Samples received"),
                    ("protocol_submitted", "Protocol submitted"),
                    ("protocol_received", "Sample received"),
                    ("protocol_processing", "Sample in process"),
                    ("protocol_rejected", "Sample rejected"),
                    ("protocol_discrepancy", "Sample differs from what was declared"),
                    ("work_order_sent", "Work order sent"),
                    ("operation_ended", "Operation ended"),
                    ("address_verification", "Verification of an address"),
                    ("password_reset", "New password"),
                    ("account_exists", "Account that is there already"),
                    ("profile_verified", "Profile verified"),
                ],
                max_length=24,
                verbose_name="kind",
            ),
        ),
    ]
