"""The page of statistics: its numbers stand in tables that its charts are drawn from, and in a CSV."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from lims.models import Veterinarian
from lims.services.overview import statistics as service
from tests import factories

PAGE = "/statistics/"
MONTH = '<th scope="row" class="number">'
# Session, user, notifications; turnaround, received, senders.
STATEMENTS = 6


@pytest.fixture
def reported(paula):
    """A report of today, of a sample that came two weeks ago."""
    protocol = factories.ProtocolFactory(
        status="reported", kind="cytology", received_at=timezone.now() - timedelta(days=14)
    )
    return factories.archived_report(paula.staff_member.pathologist, protocol)


def test_numbers_are_in_the_tables(alma, reported, browser):
    page = browser(alma).get(PAGE).content.decode()
    assert page.count('data-chart="line"') == 2 and 'data-chart="bar"' in page
    assert 'data-value="10"' in page
    assert reported.protocol.veterinarian.name in page
    assert "10 días" in page


@pytest.mark.parametrize(
    ("query", "months"),
    [("", 12), ("?months=6", 6), ("?months=24", 24), ("?months=7", 12), ("?months=x", 12), ("?months=", 12)],
)
def test_period_is_chosen_in_the_address_and_nonsense_is_ignored(query, months, alma, browser):
    first = service.months_until_now(months)[0]
    factories.ProtocolFactory(received_at=timezone.make_aware(datetime(first.year, first.month, 1)))
    factories.ProtocolFactory(received_at=timezone.make_aware(datetime(first.year - 1, first.month, 1)))
    page = browser(alma).get(PAGE + query).content.decode()
    # Two of turnaround, one of volumes.
    assert page.count(MONTH) == 3 * months
    assert f'<option value="{months}" selected>' in page


def test_months_before_the_first_sample_are_not_shown(alma, browser):
    assert browser(alma).get(PAGE).content.decode().count(MONTH) == 3
    before = service.months_until_now(3)[0]
    factories.ProtocolFactory(received_at=timezone.make_aware(datetime(before.year, before.month, 9)))
    assert browser(alma).get(PAGE).content.decode().count(MONTH) == 3 * 3


def test_csv_has_a_row_for_each_kind_and_month_and_one_for_all(alma, reported, browser):
    answer = browser(alma).get(PAGE + "?months=6&format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Tipo,Mes del informe,Informado")
    assert len(lines) == 1 + 2 * (6 + 1)
    today = timezone.localdate()
    assert f"Citología,{today:%Y-%m},1,10,10" in lines
    assert "Citología,todos,1,10,10" in lines
    assert f"Histopatología,{today:%Y-%m},0,," in lines


def test_only_administrators_see_it(ana, paula, bruno, browser):
    for user in (ana, paula, bruno):
        for query in ("", "?format=csv"):
            assert browser(user).get(PAGE + query).status_code == 403


def test_statements_do_not_grow(alma, reported, browser, django_assert_num_queries):
    client = browser(alma)
    factories.ProtocolFactory.create_batch(12)
    with django_assert_num_queries(STATEMENTS):
        client.get(PAGE)
    with django_assert_num_queries(STATEMENTS):
        client.get(PAGE + "?months=36")


def test_nothing_yet_is_told(alma, browser):
    page = browser(alma).get(PAGE).content.decode()
    assert "No se recibió nada" in page and 'data-value=""' in page


def test_names_are_text(alma, reported, browser):
    Veterinarian.objects.update(first_names="<script>alert(1)</script>", clinic="<b>x</b>")
    page = browser(alma).get(PAGE).content.decode()
    assert "<script>alert" not in page and "<b>x" not in page


def test_english_reader_gets_english(alma, reported, browser):
    alma.language = "en"
    alma.save()
    page = browser(alma).get(PAGE).content.decode()
    assert "Four of five within" in page and "10 days" in page
