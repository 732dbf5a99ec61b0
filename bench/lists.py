"""Each list's page at 100,000 protocols against 1,000 in the same run, in a laboratory laid out for it."""

from collections.abc import Mapping
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from bench.load import Timing, one_by_one
from bench.table import Row
from lims.models import Delivery, ProtocolHistory, SlideCassette
from tests import factories, processes
from tests.client import session_of

FEW, MANY = 1_000, 100_000
VETS = 40
ROUNDS, EACH = 3, 10
ALLOWED = 2.0
RARE = "Ornitorrinco"
# By the number of a row: most samples are reported, and a few hundred of 100,000 are at each step.
STATUS = """CASE {turn} % 250 WHEN 0 THEN 'submitted' WHEN 1 THEN 'received' WHEN 2 THEN 'processing'
            WHEN 3 THEN 'ready' WHEN 4 THEN 'rejected' ELSE 'reported' END"""
NAMES = "(ARRAY['Firulais','Michi','Luna','Toto','Greta','Simón','Pelusa','Ñata'])[1 + {turn} % 8]"
PAGES = {
    "protocols": "/protocols/",
    "protocols, one state": "/protocols/?status=submitted",
    "protocols, the last page": "/protocols/?before=20",
    "protocols, a rare word": f"/protocols/?q={RARE.lower()}",
    "protocols, a common word": "/protocols/?q=michi",
    "protocols, by number": "/protocols/?q=HP%2010/0500",
    "protocols, number begun": "/protocols/?q=hp10/05",
    "work orders": "/work-orders/",
    "work orders, a rare word": f"/work-orders/?q={RARE.lower()}",
    "work orders, by number": "/work-orders/?q=OT-2010-50",
    "reports": "/reports/",
    "reports, a rare word": f"/reports/?q={RARE.lower()}",
    "reports, by number": "/reports/?q=HP%2010/0500",
    "reception": "/reception/",
    "processing": "/processing/",
    "deliveries": "/deliveries/",
    # Begun, so that either page is full.
    "deliveries, an address": "/deliveries/?q=persona9",
    "deliveries, by number": "/deliveries/?q=HP%2010/0500",
}
PAGES_OF_A_VET = {"protocols of a vet": "/protocols/", "a vet's, a word": "/protocols/?q=luna"}


def rows() -> list[Row]:
    """Measure every list of the laboratory, and a vet's own, with few rows and with many."""
    call_command("flush", interactive=False, verbosity=0)
    staff, models = _laboratory()
    few = _measured(FEW, 1, staff, models)
    many = _measured(MANY, FEW, staff, models)
    return [
        Row(f"list, {name}", many[name].p50_ms, "ms", f"{FEW:,} protocols", few[name].p50_ms, ALLOWED)
        for name in few
    ]


def _measured(count: int, already: int, staff: Any, models: Mapping[str, Model]) -> dict[str, Timing]:
    """Fill up to so many protocols, and measure with a web server that was started then."""
    _fill(count, already, models)
    vet = models["protocol"].veterinarian.user  # type: ignore[attr-defined]
    web = processes.Web(workers=1, DJANGO_SETTINGS_MODULE="config.settings")
    with processes.running(web):
        taken = _timed(web.url, session_of(staff), PAGES)
        return taken | _timed(web.url, session_of(vet), PAGES_OF_A_VET)


def _timed(url: str, session: str, pages: Mapping[str, str]) -> dict[str, Timing]:
    taken = {}
    for name, path in pages.items():
        taken |= one_by_one(url, session, {name: (path, 200)}, ROUNDS, EACH)
    return taken


def _laboratory() -> tuple[Any, dict[str, Model]]:
    """Return who looks, and one row of each table, of which the others are copies."""
    factories.laboratory()
    staff = factories.StaffMemberFactory().user
    author = factories.PathologistFactory()
    vets = factories.VeterinarianFactory.create_batch(VETS)
    protocol = factories.ready_protocol(vets[0], number="HP 09/001", temporary_code="TMP-HP-20090101-001")
    report = factories.archived_report(author, protocol)
    order = factories.issued_order(staff, vets[0])
    event = ProtocolHistory.objects.create(protocol=protocol, before="submitted", after="received", by=staff)
    message = {"kind": "report_issued", "language": "es", "state": "sent", "address": "persona0@vets.test"}
    sent = {"sending_at": timezone.now(), "sent_at": timezone.now(), "message_id": "<0>"}
    delivery = Delivery.objects.create(report=report, recipient=vets[0].user, **message, **sent)
    slide = protocol.slides.get()
    return staff, {
        "protocol": protocol,
        "event": event,
        "specimen": protocol.specimens.get(),
        "cassette": protocol.cassettes.get(),
        "slide": slide,
        "placement": SlideCassette.objects.get(slide=slide),
        "report": report,
        "order": order,
        "line": order.lines.get(),
        "delivery": delivery,
    }


@transaction.atomic
def _fill(count: int, already: int, models: Mapping[str, Model]) -> None:
    first, last = already + 1, count
    copied = {name: _ids(row) for name, row in models.items()}
    with connection.cursor() as cursor:
        # Neither references are checked nor changes kept: both would take longer than what is measured.
        cursor.execute("SET LOCAL session_replication_role = replica")
    for name, values in _values(copied).items():
        where = {"report": "turn % 250 > 4", "delivery": "turn % 250 > 4", "order": "turn % 10 = 0"}.get(name)
        _copy(models[name], values, first, last, where or "true")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _ids(row: Model) -> str:
    """The key of a copy, by its number: rows refer to each other by it."""
    return f"({row.pk} + turn)"


def _values(ids: Mapping[str, str]) -> dict[str, dict[str, str]]:
    own = {name: {"id": key} for name, key in ids.items()}
    of_protocol = {"protocol_id": ids["protocol"]}
    turn_of_order = "(turn + 9) / 10 * 10"
    own["protocol"] |= {
        "public_id": "gen_random_uuid()",
        "status": STATUS.format(turn="turn"),
        "number": "CASE WHEN turn % 250 IN (0, 4) THEN NULL ELSE 'HP ' || 10 + turn / 10000 || '/' "
        "|| lpad((turn % 10000)::text, 4, '0') END",
        "temporary_code": "'TMP-HP-20100101-' || lpad(turn::text, 6, '0')",
        "veterinarian_id": "(SELECT array_agg(id ORDER BY id) FROM lims_veterinarian)[1 + turn % 40]",
        "animal": f"CASE turn WHEN 500 THEN '{RARE}' ELSE {NAMES.format(turn='turn')} END",
        "submitted_at": "now() - make_interval(mins => turn)",
        "received_at": "CASE WHEN turn % 250 NOT IN (0, 4) THEN now() - make_interval(mins => turn) END",
        "expected_ready_on": "current_date + turn % 9",
        "expected_ready_by": "current_date + 3 + turn % 9",
    }
    own["event"] |= of_protocol
    own["specimen"] |= of_protocol
    own["cassette"] |= of_protocol | {"specimen_id": ids["specimen"], "code": "'C-' || turn"}
    own["slide"] |= of_protocol | {"code": "'S-' || turn"}
    own["placement"] |= {"slide_id": ids["slide"], "cassette_id": ids["cassette"]}
    own["report"] |= of_protocol | {
        "verification_token": "md5(turn::text)",
        "verification_code": "lpad(turn::text, 12, '0')",
    }
    own["order"] |= {"number": "'OT-2010-' || lpad(turn::text, 6, '0')"}
    own["line"] |= of_protocol | {
        "work_order_id": ids["order"].replace("turn", turn_of_order),
        "position": "turn % 10",
    }
    own["delivery"] |= {
        "report_id": ids["report"],
        "message_id": "'<' || turn || '>'",
        "address": "'persona' || turn || '@vets.test'",
    }
    return own


def _copy(row: Model, values: dict[str, str], first: int, last: int, where: str) -> None:
    """Insert copies of a row in one statement, with these values of their own by the copy's number."""
    fields = [field for field in row._meta.concrete_fields if not field.generated]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    each = ", ".join(values.get(field.column, f'model."{field.column}"') for field in fields)
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {each} FROM {table} AS model, "
            f"generate_series({first}, {last}) AS turn WHERE model.id = {row.pk} AND {where}"
        )
