"""The object deleted after it was listed as ready: the click renders it again."""

import json

import urllib3

import pdfcache.cache
from tests.client import Visitor
from tests.processes import Web, wait_until, worker


def test_before_or_after_the_redirect_the_next_click_renders_again(programs, orders, bruno, settle):
    order = orders(1)[0]
    web = Web()
    programs += [web, worker("interactive")]
    visitor = Visitor(web.url, bruno)
    path = f"/work-orders/{order.pk}/pdf/"
    status_url = json.loads(visitor.get(path).data)["status_url"]
    wait_until(lambda: json.loads(visitor.get(status_url).data)["state"] == "ready", "it is ready")
    pdfcache.cache.invalidate("work-order", order.pk)
    again = visitor.get(path)
    assert (again.status, again.headers["X-PDF-Cache"]) == (202, "miss")
    visitor.open(path)
    location = visitor.get(path).headers["Location"]
    pdfcache.cache.invalidate("work-order", order.pk)
    assert urllib3.request("GET", location, retries=False).status == 404
    visitor.open(path)
    settle([order])
