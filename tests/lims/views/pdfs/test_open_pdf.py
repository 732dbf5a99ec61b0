"""The document's own URL: what it answers to whom, and what it costs."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

import pdfcache.cache
from actors.models import Job
from lims.documents.work_orders.work_order import KIND
from lims.services.pdfs import opening
from pdfcache import registry
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}
# Session, user, visibility, the order, the laboratory, the access.
STATEMENTS_OF_A_HIT = 5

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]


def url_of(order, rounds: int | None = None) -> str:
    url = f"/work-orders/{order.pk}/pdf/"
    return url if rounds is None else f"{url}?round={rounds}"


@pytest.mark.parametrize("headers", [{}, JSON])
def test_hit_leads_to_a_presigned_url_that_nobody_keeps(headers, bruno, cold_order, browser):
    pdfcache.cache.fill(KIND, cold_order.pk)
    answer = browser(bruno).get(url_of(cold_order), **headers)
    assert (answer.status_code, answer["X-PDF-Cache"]) == (302, "hit")
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert parse_qs(urlsplit(answer["Location"]).query)["X-Amz-Expires"] == ["300"]
    assert urllib3.request("GET", answer["Location"]).data.startswith(b"%PDF-")


@pytest.mark.parametrize("lines", [10, 2_000])
def test_hit_costs_the_same_few_statements(lines, ana, bruno, browser, django_assert_num_queries):
    order = factories.issued_order(ana, bruno.veterinarian, lines)
    pdfcache.cache.fill(KIND, order.pk)
    client = browser(bruno)
    with django_assert_num_queries(STATEMENTS_OF_A_HIT):
        assert client.get(url_of(order)).status_code == 302


def test_miss_says_where_to_ask(bruno, cold_order, browser):
    answer = browser(bruno).get(url_of(cold_order), **JSON)
    assert (answer.status_code, answer["X-PDF-Cache"], answer["Cache-Control"]) == (202, "miss", "no-store")
    job = Job.objects.get()
    assert answer.json() == {
        "state": "queued",
        "status_url": f"/work-orders/{cold_order.pk}/pdf/status/{job.pk}/",
        "retry_after_ms": 60,
    }
    assert "Accept" in answer["Vary"]


def test_miss_shows_a_page_that_names_what_is_prepared(bruno, cold_order, browser):
    answer = browser(bruno).get(url_of(cold_order))
    page = answer.content.decode()
    assert (answer.status_code, answer["X-PDF-Cache"]) == (202, "miss")
    assert f"Preparando {cold_order.number}" in page
    assert f"/work-orders/{cold_order.pk}/pdf/status/{Job.objects.get().pk}/" in page


def test_page_without_javascript_comes_back_by_itself_with_its_round(bruno, cold_order, browser):
    client = browser(bruno)
    for rounds, following in ((None, 1), (1, 2), (2, 3)):
        page = client.get(url_of(cold_order, rounds)).content.decode()
        target = url_of(cold_order, following)
        assert f'<noscript><meta http-equiv="refresh" content="2; url={target}"></noscript>' in page


def test_third_return_gets_the_pdf_itself(bruno, cold_order, browser):
    answer = browser(bruno).get(url_of(cold_order, 3))
    assert (answer.status_code, answer["X-PDF-Cache"]) == (200, "inline")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer["Content-Disposition"] == f'inline; filename="{cold_order.number}.pdf"'
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")


@pytest.mark.parametrize("rounds", ["-1", "x", "", "1e3", "²", "9" * 30])
def test_nonsense_as_a_round_counts_as_none(rounds, bruno, cold_order, browser):
    assert browser(bruno).get(url_of(cold_order, rounds), **JSON).status_code == 202


def test_store_away_gives_the_pdf_itself(bruno, cold_order, browser, store_away):
    answer = browser(bruno).get(url_of(cold_order), **JSON)
    assert (answer.status_code, answer["X-PDF-Cache"], answer.content[:5]) == (200, "inline", b"%PDF-")


def test_inline_pdf_is_not_bound_by_the_pages_policy(bruno, cold_order, browser):
    answer = browser(bruno).get(url_of(cold_order, 3))
    assert "Content-Security-Policy" not in answer
    assert "Content-Security-Policy" in browser(bruno).get("/work-orders/")


@pytest.mark.parametrize("path", ["/work-orders/{pk}/pdf/", "/work-orders/{pk}/"])
@pytest.mark.parametrize("headers", [{}, JSON])
def test_stranger_and_unknown_get_404(path, headers, carla, cold_order, browser):
    client = browser(carla)
    for pk in (cold_order.pk, 10**9, 10**30):
        assert client.get(path.format(pk=pk), **headers).status_code == 404
    assert not Job.objects.exists()


def test_404_as_json_is_a_sentence(carla, cold_order, browser):
    answer = browser(carla).get(url_of(cold_order), **JSON).json()
    assert answer["error"] and answer["fields"] == {}


def test_draft_is_404_for_its_vet_and_made_for_the_laboratory(ana, bruno, browser):
    draft = factories.draft_order(ana, bruno.veterinarian)
    assert browser(bruno).get(url_of(draft)).status_code == 404
    assert browser(ana).get(url_of(draft)).status_code == 202


def test_not_logged_in_is_sent_to_log_in_and_back(client, cold_order):
    answer = client.get(url_of(cold_order, 1))
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next=/work-orders/{cold_order.pk}/pdf/%3Fround%3D1"
    assert client.get(url_of(cold_order), **JSON).status_code == 401


@pytest.mark.parametrize("headers", [{}, JSON])
def test_too_many_renders_are_429(headers, bruno, cold_order, browser, monkeypatch):
    monkeypatch.setattr(opening, "RENDERS_PER_MINUTE", 0)
    answer = browser(bruno).get(url_of(cold_order), **headers)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


@pytest.mark.parametrize("headers", [{}, JSON])
def test_too_many_inline_renders_are_503(headers, bruno, cold_order, browser, store_away, monkeypatch):
    monkeypatch.setattr(opening._inline_renders, "acquire", lambda blocking: False)
    answer = browser(bruno).get(url_of(cold_order), **headers)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_paper_that_cannot_be_drawn_says_so_with_a_reference(
    bruno, cold_order, browser, store_away, monkeypatch
):
    broken = replace(registry.get(KIND), render=lambda shown, assets: 1 / 0)
    monkeypatch.setattr(registry, "get", lambda kind: broken)
    answer = browser(bruno).get(url_of(cold_order))
    assert answer.status_code == 500
    assert "Referencia" in answer.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "delete", "head"])
def test_only_a_get_opens(method, bruno, cold_order, browser):
    assert getattr(browser(bruno), method)(url_of(cold_order)).status_code == 405
    assert not Job.objects.exists()
