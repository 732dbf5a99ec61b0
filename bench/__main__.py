"""`make bench`: measures on servers of its own, prints the table and writes var/bench.json."""

import os
import shutil
import sys
import uuid
from pathlib import Path

from config import embedded

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "var" / "bench.json"
LINES = (10, 50, 500, 2_000)
COLD_ORDERS = 40


def main() -> int:
    home = ROOT / "var" / f"bench-{uuid.uuid4().hex[:8]}"
    try:
        with embedded.running(home, durable=True) as servers:
            os.environ |= embedded.settings(servers) | _environment()
            return measure()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _environment() -> dict[str, str]:
    return {
        "SECRET_KEY": uuid.uuid4().hex * 2,
        "SITE_URL": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": "127.0.0.1",
        "MFA_REQUIRED": "0",
        "RABBITMQ_QUEUE_PREFIX": f"bench-{uuid.uuid4().hex[:8]}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def measure() -> int:
    """Prepare a laboratory, measure all, and return the exit code: 0 also when a target is missed."""
    import django

    django.setup()
    from django.core.management import call_command

    from bench import bulk, enqueuing, finalizing, lists, opening, rendering, reports_rendering, table
    from bench.rivals import comparing
    from tests import processes

    call_command("migrate", verbosity=0)
    call_command("prepare_storage")
    by, vet, author, orders, cold_orders = _laboratory()
    module = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    web = processes.Web(workers=2, **module)
    with processes.running(web):
        rows = finalizing.finalize(web.url, author) + finalizing.reopen(web.url, author)
    owners = bulk.vets()
    rows += [*bulk.answers(by, owners), bulk.statements(by, owners)]
    web = processes.Web(workers=2, **module)
    programs = [web, processes.worker("interactive", **module), processes.worker("background", **module)]
    with processes.running(*programs):
        rows += opening.hits(web.url, vet, {lines: orders[lines] for lines in (10, 2_000)})
        rows.append(opening.cold(web.url, vet, cold_orders))
        rows.append(opening.stampede(web.url, [by, vet], cold_orders[0]))
        rows.append(enqueuing.enqueue())
        rows += bulk.works(by, owners)
        rows.append(bulk.cold_meanwhile(web.url, vet, cold_orders, by, owners))
    rows += rendering.renders(orders)
    rows.append(rendering.memory(orders[10]))
    rows += reports_rendering.rows() + comparing.rows()
    table.keep(rows, RESULTS)
    print(table.show(rows), flush=True)
    # The lists begin by taking away what the others measured, and take long to lay out.
    of_lists = lists.rows()
    table.keep(rows + of_lists, RESULTS)
    print(table.show(of_lists))
    return 0


def _laboratory() -> tuple:
    from tests import factories

    by = factories.StaffMemberFactory().user
    vet = factories.VeterinarianFactory()
    factories.laboratory(
        address="Av. San Martín 4453", phone="011 5287 2000", footer="Lunes a viernes de 8 a 17"
    )
    orders = {lines: factories.issued_order(by, vet, lines) for lines in LINES}
    cold_orders = [factories.issued_order(by, vet, 10) for _ in range(COLD_ORDERS)]
    return by, vet.user, factories.PathologistFactory(), orders, cold_orders


if __name__ == "__main__":
    sys.exit(main())
