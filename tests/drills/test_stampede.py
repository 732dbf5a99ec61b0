"""Many viewers of one cold document at once: one render, and every one of them gets it."""

from concurrent.futures import ThreadPoolExecutor

from actors.models import Job
from tests.client import Visitor
from tests.processes import Web, worker


def test_two_hundred_viewers_one_render(programs, orders, ana, bruno, settle):
    order = orders(1)[0]
    web, interactive = Web(), worker("interactive")
    programs += [web, interactive]
    visitors = [Visitor(web.url, user, connections=100) for user in (ana, bruno)]
    with ThreadPoolExecutor(200) as pool:
        papers = set(pool.map(lambda n: visitors[n % 2].open(f"/work-orders/{order.pk}/pdf/"), range(200)))
    assert len(papers) == 1
    assert Job.objects.get(actor="render_pdf").attempts == 1
    assert interactive.output().count("rendered=True") == 1
    settle([order])
