"""A corrected reception is told of by messages of its own kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lims", "0014_ageing"),
    ]

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
                    ("protocol_corrected", "Reception corrected"),
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
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("report_issued", "Report issued"),
                    ("report_amended", "Report amended"),
                    ("report_withdrawn", "Report withdrawn"),
                    ("report_failed", "Report could not be issued"),
                    ("delivery_failed", "Message could not be delivered"),
                    ("vet_registered", "Veterinarian to verify"),
                    ("vet_verified", "Profile verified"),
                    ("protocol_submitted", "Sample announced"),
                    ("protocol_received", "Sample received"),
                    ("protocol_rejected", "Sample rejected"),
                    ("protocol_discrepancy", "Sample differs from what was declared"),
                    ("protocol_corrected", "Reception corrected"),
                    ("request_made", "Additional request"),
                    ("request_done", "Additional request done"),
                    ("protocol_processing", "Sample in process"),
                    ("protocol_ready", "Sample processed"),
                    ("work_order_sent", "Work order sent"),
                    ("operation_ended", "Operation ended"),
                ],
                max_length=24,
                verbose_name="kind",
            ),
        ),
    ]
