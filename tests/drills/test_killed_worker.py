"""A worker that is killed in the middle of its work loses nothing, and the work is not done for ever."""

import random
import time

import pytest

from actors.models import Job
from lims.services.pdfs.opening import open_document
from tests.factories import UserFactory
from tests.processes import Program, sweeper, wait_until, worker


def died(program: Program) -> bool:
    return program.process.poll() is not None


def test_killed_at_each_point_of_a_render_the_paper_arrives(programs, orders, bruno, settle):
    made = orders(2)
    for order, point in zip(made, ("before_fill", "after_fill"), strict=True):
        programs.append(worker("interactive", FAULT=point))
        open_document(bruno, "work-order", order.pk)
        wait_until(lambda: died(programs[-1]), f"the worker dies {point}")
        assert Job.objects.get(ref__contains=f"/{order.pk}/").state == "running"
    programs += [worker("interactive"), sweeper()]
    settle(made)
    assert {job.attempts for job in Job.objects.all()} == {2}


@pytest.mark.long
def test_killed_at_random_moments_again_and_again_every_paper_arrives(programs, orders, settle, size):
    made = orders(size(20, 400), lines=50)
    # In turn, since one reader may have only so many papers made within a minute.
    readers = UserFactory.create_batch(8, role="staff")
    programs += [worker("interactive"), sweeper()]
    kills = size(2, 200)
    for number, order in enumerate(made):
        open_document(readers[number % len(readers)], "work-order", order.pk)
        if number % (len(made) // kills) == 0:
            time.sleep(random.uniform(0, 0.15))
            programs[0].kill()
            programs[0].start()
    settle(made)


@pytest.mark.long
def test_work_that_kills_its_worker_each_time_fails_where_it_is_seen(programs, orders, bruno):
    open_document(bruno, "work-order", orders(1)[0].pk)
    # As if it had been tried and lost before: the next attempt is the last.
    Job.objects.update(attempts=3)
    programs += [worker("interactive", FAULT="before_fill"), sweeper()]
    wait_until(lambda: Job.objects.get().state == "failed", "the job fails")
    assert Job.objects.get().error_code == "WorkerLost"
