"""The public verification: what it says of a token or a code, what it never says, and how often."""

import pytest
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from lims.models import Report
from lims.views.kit import rate_limits
from lims.views.reports.verify import LIMIT
from tests import factories

JSON = {"HTTP_ACCEPT": "application/json"}
STRANGE = [
    "0" * 32,
    "f" * 31,
    "F" * 32,
    "..",
    "a/b/c",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "%00",
    "ñandú",
    "x" * 2_000,
]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_count():
    """Each test begins as a client that has not asked yet."""
    cache.clear()


@pytest.fixture
def report(paula, bruno) -> Report:
    protocol = factories.ready_protocol(
        bruno.veterinarian,
        animal="Michifuz",
        owner_first_names="Zoe",
        owner_last_names="Peralta",
        breed="Angora",
        clinical_history="Historia secreta",
    )
    return factories.archived_report(paula.staff_member.pathologist, protocol, sha256="ab" * 32)


def url_of(report) -> str:
    return f"/verify/{report.verification_token}/"


def test_issued_report_is_authentic(report, client):
    answer = client.get(url_of(report))
    page = answer.content.decode()
    assert answer.status_code == 200 and 'data-verdict="authentic"' in page
    for told in ("Auténtico", report.protocol.number, "Paula Rivas", f'data-sha256="{"ab" * 32}"'):
        assert told in page
    assert client.get(url_of(report), **JSON).json()["state"] == "authentic"


def test_nothing_of_the_patient_is_shown(report, client):
    texts = [client.get(url_of(report), **headers).content.decode() for headers in ({}, JSON)]
    for secret in ("Michifuz", "Zoe", "Peralta", "Angora", "Historia secreta", "Mastocitoma", "bruno@"):
        assert not any(secret in text for text in texts), secret
    assert "pdf/" not in texts[0]


def test_superseded_report_names_the_newer_version(report, client):
    second = factories.next_version(report)
    page = client.get(url_of(report)).content.decode()
    assert "Reemplazado por la versión 2" in page and 'data-verdict="superseded"' in page
    assert client.get(url_of(report), **JSON).json()["newest_version"] == 2
    assert client.get(url_of(second), **JSON).json()["state"] == "authentic"


def test_withdrawn_report_says_so_and_not_why(report, client):
    reason = "Se cambiaron las muestras de Michifuz"
    Report.objects.update(status="withdrawn", withdrawn_at=timezone.now(), withdrawal_reason=reason)
    page = client.get(url_of(report)).content.decode()
    assert 'data-verdict="withdrawn"' in page and "Michifuz" not in page
    assert client.get(url_of(report), **JSON).json()["state"] == "withdrawn"


def test_unknown_and_malformed_tokens_get_one_and_the_same_answer(client):
    pages = {(answer.status_code, answer.content) for answer in map(client.get, _urls())}
    assert len(pages) == 1
    (page,) = pages
    assert page[0] == 200 and 'data-verdict="unknown"' in page[1].decode()


def _urls() -> list[str]:
    from urllib.parse import quote

    return [f"/verify/{quote(token, safe='/')}/" for token in STRANGE]


def test_report_that_is_not_issued_yet_is_unknown(paula, client):
    finalized = factories.finalized_report(paula.staff_member.pathologist)
    unknown = client.get("/verify/nothing/").content
    assert client.get(url_of(finalized)).content == unknown


@pytest.mark.parametrize("shape", ["{0}", "{1}-{2}-{3}", " {1} {2} {3} ", "{1}.{2}.{3}"])
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_short_code_leads_to_the_report_however_it_is_typed(shape, case, report, client):
    code = report.verification_code
    typed = case(shape.format(code, code[:4], code[4:8], code[8:]))
    answer = client.get("/verify/", {"code": typed})
    assert (answer.status_code, answer["Location"]) == (302, url_of(report))


@pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC", "x", "<b>", "%00", "ñ" * 12, "1" * 5_000])
def test_wrong_code_is_unknown_and_kept_for_correction(code, client):
    answer = client.get("/verify/", {"code": code})
    page = answer.content.decode()
    assert answer.status_code == 200 and 'data-verdict="unknown"' in page
    assert "<b>" not in page


def test_page_asks_for_the_code(client):
    page = client.get("/verify/").content.decode()
    assert 'name="code"' in page and "data-verdict" not in page


@pytest.mark.parametrize("path", ["/verify/", "/verify/nothing/", "/verify/?code=x"])
def test_it_leaves_no_trace_elsewhere(path, client):
    answer = client.get(path)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Cache-Control"] == "no-store"
    page = answer.content.decode()
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert "Set-Cookie" not in answer and "sessionid" not in answer.cookies


def test_script_sends_nothing_anywhere():
    from pathlib import Path

    script = Path("static/lamina/verify.js").read_text()
    for way_out in ("fetch", "XMLHttpRequest", "sendBeacon", "WebSocket", "submit(", "location"):
        assert way_out not in script


def test_too_many_questions_of_one_client_are_put_off(client, monkeypatch):
    # One window, whatever the machine's load.
    monkeypatch.setattr(rate_limits, "_now_s", lambda: 1_000_000)
    for _ in range(LIMIT):
        assert client.get("/verify/nothing/").status_code == 200
    for headers in ({}, JSON):
        answer = client.get("/verify/", **headers)
        assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= 60
    assert client.get("/verify/", REMOTE_ADDR="198.51.100.7").status_code == 200
    monkeypatch.setattr(rate_limits, "_now_s", lambda: 1_000_060)
    assert client.get("/verify/nothing/").status_code == 200


def test_addresses_of_one_network_are_one_client(client, monkeypatch):
    monkeypatch.setattr(rate_limits, "_now_s", lambda: 1_000_000)
    for number in range(LIMIT):
        client.get("/verify/nothing/", REMOTE_ADDR=f"2001:db8::{number:x}")
    assert client.get("/verify/", REMOTE_ADDR="2001:db8::ffff").status_code == 429
    assert client.get("/verify/", REMOTE_ADDR="2001:db8:1::1").status_code == 200


def test_client_is_known_through_the_trusted_proxies_alone(client, monkeypatch):
    monkeypatch.setattr(rate_limits, "_now_s", lambda: 1_000_000)
    for number in range(LIMIT):
        client.get("/verify/nothing/", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    # Nobody is trusted: the header is the client's own invention.
    assert client.get("/verify/", HTTP_X_FORWARDED_FOR="203.0.113.250").status_code == 429
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        for _ in range(LIMIT):
            client.get("/verify/nothing/", HTTP_X_FORWARDED_FOR="10.0.0.1, 203.0.113.9")
        assert client.get("/verify/", HTTP_X_FORWARDED_FOR="10.9.9.9, 203.0.113.9").status_code == 429
        assert client.get("/verify/", HTTP_X_FORWARDED_FOR="203.0.113.9, 203.0.113.8").status_code == 200
