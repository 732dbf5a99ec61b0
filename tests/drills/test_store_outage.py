"""S3 refused, slow, answering 500 or reset half-way: every open is answered, the shelf fills later."""

from urllib.parse import urlsplit

import pytest
from django.conf import settings

import pdfcache.cache
from tests import proxy as proxies
from tests.client import Visitor
from tests.processes import Web, sweeper, worker


@pytest.fixture
def s3():
    with proxies.Proxy(urlsplit(settings.S3_ENDPOINT_URL).port) as running:
        yield running


def test_in_each_way_of_failing_the_vet_gets_the_document(programs, orders, bruno, s3):
    order = orders(1)[0]
    pdfcache.cache.fill("work-order", order.pk)
    web = Web(S3_ENDPOINT_URL=f"http://127.0.0.1:{s3.port}")
    programs.append(web)
    visitor = Visitor(web.url, bruno)
    path = f"/work-orders/{order.pk}/pdf/"
    for mode in (proxies.REFUSE, proxies.HTTP_500, proxies.BLACK_HOLE):
        s3.mode = mode
        s3.cut()
        answer = visitor.get(path)
        assert (answer.status, answer.headers["X-PDF-Cache"], answer.data[:5]) == (200, "inline", b"%PDF-"), (
            mode
        )
        assert b"s3: down" in visitor.get("/readyz").data
    s3.mode = proxies.PASS
    s3.cut()
    assert visitor.get(path).status == 302
    assert visitor.get("/readyz").status == 200


def test_a_render_that_cannot_be_put_away_is_repeated_until_it_can(programs, orders, bruno, settle, s3):
    made = orders(4)
    web = Web()
    through = {"S3_ENDPOINT_URL": f"http://127.0.0.1:{s3.port}"}
    programs += [web, worker("interactive", **through), sweeper()]
    visitor = Visitor(web.url, bruno)
    for order, mode in zip(
        made, (proxies.REFUSE, proxies.HTTP_500, proxies.RESET, proxies.DELAY), strict=True
    ):
        s3.mode = mode
        s3.cut()
        assert visitor.get(f"/work-orders/{order.pk}/pdf/").status == 202
    s3.mode = proxies.PASS
    for order in made:
        visitor.open(f"/work-orders/{order.pk}/pdf/")
    settle(made)
