"""Every list can be taken as CSV: all its rows, as the filters let them through, and no cell is a formula."""

import csv
import io

import pytest
from django.utils import translation

from lims.models import Notification
from tests import operating

pytestmark = pytest.mark.django_db


def rows_of(client, path: str) -> list[list[str]]:
    answer = client.get(path)
    assert answer["Content-Type"].startswith("text/csv") and "attachment" in answer["Content-Disposition"]
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


@pytest.mark.parametrize(
    "path",
    [
        *("/protocols/", "/work-orders/", "/reports/", "/deliveries/", "/veterinarians/", "/reception/"),
        *("/processing/", "/labels/", "/operations/", "/notifications/", "/reports/to-write/", "/phrases/"),
    ],
)
def test_each_list_has_a_head_and_says_where(path, ana, bruno, browser):
    client = browser(ana)
    (head, *_rows) = rows_of(client, f"{path}?format=csv")
    assert len(head) > 1 and all(head)


def test_operations_and_notifications_list_their_own(ana, bruno, browser):
    operating.start(ana, operating.submitted(3, [bruno.veterinarian]))
    Notification.objects.create(user=bruno, kind="report_issued", subject="=1+1", path="/reports/")
    (_head, row) = rows_of(browser(ana), "/operations/?format=csv&state=running")
    assert (row[1], row[3], row[4]) == ("Marcar como recibidos", "ana@lab.test", "3")
    assert rows_of(browser(ana), "/operations/?format=csv&state=done")[1:] == []
    (_head, row) = rows_of(browser(bruno), "/notifications/?format=csv")
    assert "=1+1" in row[1] and not row[1].startswith("=")


@pytest.mark.parametrize(
    ("path", "word", "cell"),
    [
        ("/protocols/", "Status", "Submitted"),
        ("/reception/", "Kind", "Histopathology"),
        ("/operations/", "Operation", "Mark as received"),
    ],
)
def test_rows_are_in_the_readers_language_as_their_head_is(path, word, cell, ana, bruno, browser):
    ana.language = "en"
    ana.save()
    operating.start(ana, operating.submitted(1, [bruno.veterinarian]))
    (head, row) = rows_of(browser(ana), f"{path}?format=csv")
    assert word in head and cell in row


def test_nothing_of_a_files_language_stays_between_its_rows(ana, bruno, browser):
    ana.language = "en"
    ana.save()
    operating.submitted(2, [bruno.veterinarian])
    answer = browser(ana).get("/protocols/?format=csv")
    with translation.override("es"):
        spoken = [(translation.get_language(), b"Submitted" in part) for part in answer.streaming_content]
        assert spoken == [("es", True)] * 3
        assert translation.get_language() == "es"
