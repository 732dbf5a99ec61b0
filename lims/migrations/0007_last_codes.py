"""Cassettes and slides that are there already have their codes: the next ones come after them."""

from django.db import migrations

KEEP = """
UPDATE lims_protocol AS protocol SET {field} = used.last
FROM (
    SELECT protocol_id, max(substring(code FROM '[0-9]{{1,4}}$')::integer) AS last
    FROM {table} GROUP BY protocol_id
) AS used
WHERE protocol.id = used.protocol_id AND used.last > protocol.{field}
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lims", "0006_account_mail"),
    ]

    operations = [
        migrations.RunSQL(KEEP.format(field="last_cassette", table="lims_cassette"), migrations.RunSQL.noop),
        migrations.RunSQL(KEEP.format(field="last_slide", table="lims_slide"), migrations.RunSQL.noop),
    ]
