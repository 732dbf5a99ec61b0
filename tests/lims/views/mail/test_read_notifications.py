"""What a user is told inside the portal: the count in the header, the list, reading one and all."""

import pytest

from lims.models import Notification, NotificationKind
from lims.views.kit.listing import PAGE_SIZE
from lims.views.mail.notifications import SENTENCES

JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user, notifications; in HTML the count.
STATEMENTS_JSON, STATEMENTS_HTML = 3, 4

pytestmark = pytest.mark.django_db


def notified(user, kind: str = "report_issued", **fields) -> Notification:
    values = {"subject": "HP 26/001", "path": "/reports/7/"} | fields
    return Notification.objects.create(user=user, kind=kind, **values)


def test_header_counts_what_is_unread_of_ones_own(bruno, carla, browser):
    for user in (bruno, bruno, carla):
        notified(user)
    assert '<span class="count">2<' in browser(bruno).get("/work-orders/").content.decode()
    Notification.objects.all().delete()
    assert '<span class="count">' not in browser(bruno).get("/work-orders/").content.decode()


def test_every_kind_has_its_sentence(bruno, browser):
    assert set(SENTENCES) == set(NotificationKind)
    for kind in NotificationKind:
        notified(bruno, kind, subject="<b>HP 26/001")
    page = browser(bruno).get("/notifications/").content.decode()
    # One of them is about the reader, and names nothing.
    assert page.count("&lt;b&gt;HP 26/001") == len(NotificationKind) - 1
    assert "verificó su perfil" in page
    assert "Se emitió el informe" in page


@pytest.mark.parametrize("count", [1, PAGE_SIZE + 5])
def test_statements_do_not_grow_with_the_rows(count, bruno, browser, django_assert_num_queries):
    for _ in range(count):
        notified(bruno)
    client = browser(bruno)
    for headers, statements in (({}, STATEMENTS_HTML), (JSON, STATEMENTS_JSON)):
        with django_assert_num_queries(statements):
            client.get("/notifications/", **headers)


def test_list_has_ones_own_newest_first_in_pages(bruno, carla, browser):
    own = [notified(bruno).pk for _ in range(PAGE_SIZE + 2)]
    notified(carla)
    client, url, seen = browser(bruno), "/notifications/", []
    while url:
        answer = client.get(url, **JSON).json()
        seen += [row["id"] for row in answer["results"]]
        url = answer["next"]
    assert seen == own[::-1]


def test_opening_one_reads_it_and_leads_to_it(bruno, browser):
    one, other = notified(bruno), notified(bruno)
    client = browser(bruno)
    for _ in range(2):
        assert client.post(f"/notifications/{one.pk}/open/")["Location"] == "/reports/7/"
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.read_at and not other.read_at


def test_reading_all_leaves_those_of_others(bruno, carla, browser):
    notified(bruno)
    foreign = notified(carla)
    client = browser(bruno)
    assert client.post("/notifications/read/")["Location"] == "/notifications/"
    assert client.post("/notifications/read/", **JSON).json() == {"unread": 0}
    assert list(Notification.objects.unread()) == [foreign]


def test_nothing_to_tell_is_said(bruno, browser):
    assert "Todavía no hay novedades" in browser(bruno).get("/notifications/").content.decode()
