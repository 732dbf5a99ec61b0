from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lims", "0008_first_reports"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="protocol",
            index=models.Index(
                condition=models.Q(("status", "submitted")),
                fields=["submitted_at", "id"],
                name="protocol_to_receive",
            ),
        ),
    ]
