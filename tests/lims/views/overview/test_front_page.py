"""The front page tells each role what needs it; every number leads to the list of what it counts."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from actors.models import Job
from lims.models import AdditionalRequest, Protocol, ProtocolStatus, Veterinarian
from tests import factories
from tests.lims.views.things import failed_delivery

FIGURE = re.compile(
    r'href="(?P<url>[^"]*)"><span class="figure-count">(?P<count>[\d.]+)</span>'
    r'<span class="figure-label">(?P<label>[^<]*)</span>'
)
# Session, user, notifications; the counts; for who writes the desk's.
STATEMENTS_STAFF, STATEMENTS_DESK = 4, 5
# Session, user, notifications; the vet, the counts, what is expected.
STATEMENTS_VET = 6


def figures(client) -> dict[str, tuple[int, str]]:
    """Return each number of the page by its label, with the address that it leads to."""
    found = FIGURE.finditer(client.get("/").content.decode())
    return {one["label"]: (int(one["count"]), one["url"].replace("&amp;", "&")) for one in found}


def listed(client, url: str) -> int:
    return len(client.get(url, HTTP_ACCEPT="application/json").json()["results"])


def at_the_bench(status: str, days_late: int = 0, **fields):
    today = timezone.localdate()
    by = today - timedelta(days=days_late)
    return factories.ProtocolFactory(
        status=status, expected_ready_on=by - timedelta(days=2), expected_ready_by=by, **fields
    )


def test_staff_see_how_many_samples_are_where(ana, browser):
    for status, count in (("submitted", 3), ("received", 2), ("processing", 1), ("ready", 4)):
        number = {"number": None, "received_at": None} if status == "submitted" else {}
        factories.ProtocolFactory.create_batch(count, status=status, **number)
    factories.ProtocolFactory(status="draft", number=None)
    client = browser(ana)
    found = figures(client)
    counts = {label: count for label, (count, _url) in found.items()}
    assert counts["Por recibir"] == 3
    assert (counts["Recibido"], counts["En proceso"], counts["Listo"]) == (2, 1, 4)
    for label in ("Recibido", "En proceso", "Listo"):
        assert listed(client, found[label][1]) == found[label][0], label


def test_overdue_is_what_should_have_left_the_bench_before_today(ana, browser):
    late = [at_the_bench("received", 1), at_the_bench("processing", 9)]
    at_the_bench("processing", 0)
    at_the_bench("ready", 9)
    # Of samples from before there were two dates.
    late.append(
        factories.ProtocolFactory(status="received", expected_ready_on=timezone.localdate() - timedelta(1))
    )
    client = browser(ana)
    count, url = figures(client)["Demorados"]
    assert count == listed(client, url) == 3
    page = client.get("/").content.decode()
    assert all(f'href="/protocols/{protocol.pk}/"' in page for protocol in late)
    assert page.index(late[1].number) < page.index(late[0].number)


def test_received_today_is_by_the_laboratorys_day(ana, browser):
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    for at in (midnight, midnight + timedelta(minutes=5), midnight - timedelta(minutes=1)):
        factories.ProtocolFactory(received_at=at, status="reported")
    client = browser(ana)
    count, url = figures(client)["Recibidos hoy"]
    assert count == listed(client, url) == 2


def test_what_else_waits_for_the_laboratory_is_counted(ana, paula, bruno, browser):
    protocol = factories.ProtocolFactory(status="processing")
    wish = {"protocol": protocol, "kind": "stain", "stain": "PAS", "requested_by": paula}
    AdditionalRequest.objects.create(**wish)
    AdditionalRequest.objects.create(**wish, done_at=timezone.now(), done_by=ana)
    report = factories.archived_report(paula.staff_member.pathologist)
    failed_delivery(report, bruno)
    Veterinarian.objects.exclude(user=bruno).update(verified_at=timezone.now())
    client = browser(ana)
    found = figures(client)
    assert found["Pedidos adicionales"][0] == 1
    count, url = found["Mensajes por atender"]
    assert count == listed(client, url) == 1
    assert found["Veterinarios por verificar"][0] == 1


def test_pathologist_sees_own_desk_and_what_waits_for_all(paula, browser):
    author = paula.staff_member.pathologist
    factories.ready_protocol()
    factories.draft_report(author)
    factories.draft_report(factories.PathologistFactory())
    failed = factories.finalized_report(author)
    Job.objects.filter(ref=str(failed.pk)).update(state="failed", finished_at=timezone.now())
    found = figures(browser(paula))
    assert [found[label][0] for label in ("Por informar", "En escritura", "No se pudo emitir")] == [
        1,
        1,
        1,
    ]


def test_staff_have_no_desk_and_the_administrator_all_of_them(ana, alma, browser):
    factories.draft_report(factories.PathologistFactory())
    factories.draft_report(factories.PathologistFactory())
    assert "En escritura" not in figures(browser(ana))
    assert figures(browser(alma))["En escritura"][0] == 2


def test_vet_sees_own_samples_by_state_and_nobody_elses(bruno, carla, browser):
    for status, count in (("draft", 2), ("submitted", 1), ("processing", 3)):
        number = {} if status == "processing" else {"number": None, "received_at": None}
        factories.ProtocolFactory.create_batch(
            count, veterinarian=bruno.veterinarian, status=status, **number
        )
    other = factories.ProtocolFactory(veterinarian=carla.veterinarian, status="received")
    client = browser(bruno)
    found = figures(client)
    assert {label: count for label, (count, _url) in found.items()} == {
        str(ProtocolStatus(status).label): count
        for status, count in (("draft", 2), ("submitted", 1), ("processing", 3))
    }
    assert all(listed(client, url) == count for count, url in found.values())
    assert other.number not in client.get("/").content.decode()


def test_vet_sees_what_is_expected_first_at_the_top(bruno, browser):
    vet = bruno.veterinarian
    later = at_the_bench("received", -9, veterinarian=vet)
    sooner = at_the_bench("processing", -3, veterinarian=vet)
    waiting = factories.ProtocolFactory(
        veterinarian=vet, status="submitted", number=None, received_at=None, temporary_code="TMP-HP-1"
    )
    factories.ProtocolFactory(veterinarian=vet, status="reported", number="HP 20/001")
    page = browser(bruno).get("/").content.decode()
    assert page.index(sooner.number) < page.index(later.number) < page.index(waiting.temporary_code)
    assert f'datetime="{sooner.expected_ready_on}"' in page
    assert "HP 20/001" not in page


def test_vet_is_told_what_takes_longer_than_usual(bruno, browser):
    notice = "Demora más de lo habitual"
    sample = at_the_bench("processing", 0, veterinarian=bruno.veterinarian)
    client = browser(bruno)
    assert notice not in client.get("/").content.decode()
    Protocol.objects.update(expected_ready_by=sample.expected_ready_by - timedelta(days=1))
    assert notice in client.get("/").content.decode()


def test_day_by_which_half_are_ready_is_not_told_once_it_is_past(bruno, browser):
    today = timezone.localdate()
    days = {"expected_ready_on": today - timedelta(days=2), "expected_ready_by": today}
    factories.ProtocolFactory(veterinarian=bruno.veterinarian, status="processing", **days)
    page = browser(bruno).get("/").content.decode()
    assert f'datetime="{days["expected_ready_by"]}"' in page and "en la mayoría de los casos" in page
    assert f'datetime="{days["expected_ready_on"]}"' not in page


def test_vet_who_waits_to_be_verified_is_told(bruno, browser):
    notice = "todavía tiene que verificar"
    assert notice in browser(bruno).get("/").content.decode()
    Veterinarian.objects.update(verified_at=timezone.now())
    assert notice not in browser(bruno).get("/").content.decode()


def test_vet_without_a_profile_is_led_there(browser, db):
    assert browser(factories.UserFactory()).get("/")["Location"] == "/profile/"


def test_nothing_to_tell_is_told(carla, ana, browser):
    assert "No hay nada en curso" in browser(carla).get("/").content.decode()
    assert set(figures(browser(ana)).values()) >= {(0, "/protocols/?status=ready")}


@pytest.mark.parametrize("many", [1, 30])
def test_statements_do_not_grow(many, ana, paula, bruno, browser, django_assert_num_queries):
    factories.ProtocolFactory.create_batch(many, veterinarian=bruno.veterinarian, status="received")
    for user, statements in ((ana, STATEMENTS_STAFF), (paula, STATEMENTS_DESK), (bruno, STATEMENTS_VET)):
        client = browser(user)
        with django_assert_num_queries(statements):
            assert client.get("/").status_code == 200


def test_hostile_names_are_text(ana, bruno, browser):
    at_the_bench("received", 3, veterinarian=bruno.veterinarian, animal="<script>alert(1)</script>")
    for user in (ana, bruno):
        page = browser(user).get("/").content.decode()
        assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


def test_english_reader_gets_english(alma, browser):
    alma.language = "en"
    alma.save()
    page = browser(alma).get("/").content.decode()
    assert "Today in the laboratory" in page and "Overdue" in page and "Demorados" not in page
