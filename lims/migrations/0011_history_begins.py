"""What is there already is where its history begins: the first change tells what was before it."""

from typing import Any

from django.db import migrations

KEEP = """
INSERT INTO {changes} ({columns}, pgh_obj_id, pgh_label, pgh_created_at)
SELECT {columns}, id, 'known', statement_timestamp() FROM {table} WHERE {condition}
"""


def keep(apps: Any, schema_editor: Any) -> None:
    for changes in apps.get_app_config("lims").get_models():
        if not changes.__name__.endswith("Change"):
            continue
        table = changes._meta.get_field("pgh_obj").related_model._meta.db_table
        fields = [field for field in changes._meta.local_fields if not field.name.startswith("pgh_")]
        columns = ", ".join(f'"{field.column}"' for field in fields)
        condition = "status <> 'draft'" if table == "lims_protocol" else "true"
        names = {"changes": changes._meta.db_table, "table": table}
        schema_editor.execute(KEEP.format(columns=columns, condition=condition, **names))


class Migration(migrations.Migration):
    dependencies = [
        ("lims", "0010_history"),
    ]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
