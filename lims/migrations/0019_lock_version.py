"""Renames the version that a second editor is found by, so that a report's version is its amendment's alone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("lims", "0018_frozen_reports"),
    ]

    operations = [
        migrations.RenameField("protocol", "version", "lock_version"),
        migrations.RenameField("report", "edit_version", "lock_version"),
        migrations.RenameField("veterinarian", "version", "lock_version"),
        migrations.RenameField("workorder", "version", "lock_version"),
    ]
