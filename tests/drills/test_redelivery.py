"""Each wake-up delivered ten times: each document is rendered once."""

import dramatiq

from actors.models import Job
from lims.services.pdfs.opening import open_document
from tests.processes import worker


def test_ten_deliveries_of_each_wake_up_render_once(programs, orders, bruno, settle):
    made = orders(10)
    actor = dramatiq.get_broker().get_actor("render_pdf")
    for order in made:
        job_id = open_document(bruno, "work-order", order.pk).job_id
        for _ in range(9):
            actor.send(job_id)
    programs.append(worker("interactive"))
    settle(made)
    assert [job.attempts for job in Job.objects.all()] == [1] * 10
    assert programs[0].output().count("rendered=True") == 10
