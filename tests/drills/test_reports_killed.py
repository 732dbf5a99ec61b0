"""A worker killed at each point of issuing and mailing: each report is issued once, no mail comes twice."""

import random
import time

import pytest
from django.db.models.functions import Now

from actors.models import Job
from actors.sweeping import sweep
from lims.services.reports.finalizing import finalize_report
from tests.processes import Program, sweeper, wait_until, worker

ISSUING = ("before_render", "after_render", "after_archive", "after_issue")
MAILING = ("before_mail", "before_data", "after_data", "after_mail")
# Four of them boot at once, on a machine that may be busy.
DEAD_WITHIN_S = 60


def doomed(points: tuple[str, ...], **changes: str) -> list[Program]:
    """Return workers that each die at one of these points; with one thread, which takes no other along."""
    command = ("manage.py", "work", "background", "--threads", "1")
    return [Program(*command, FAULT=point, **changes) for point in points]


def wait_until_dead(programs: list[Program]) -> None:
    for program in programs:
        what = f"a worker dies {program.changes['FAULT']}"
        wait_until(lambda p=program: p.process.poll() is not None, what, DEAD_WITHIN_S)


def end_leases() -> None:
    """As if their time had passed: background work is leased for a minute."""
    Job.objects.filter(state="running").update(lease_until=Now())


def test_killed_at_each_point_every_report_is_issued_and_no_mail_comes_twice(
    programs, drafts, paula, mailbox, settle_reports
):
    # A wake-up that a busy broker did not confirm is repeated, as it would be.
    programs += [sweeper()]
    reports = drafts(7)
    # Each of the first four ends one of these workers; the others issue them, and are ended by their mails.
    for points, some in ((ISSUING, reports[:4]), (MAILING, reports[4:])):
        dying = doomed(points, EMAIL_URL=mailbox.url)
        programs += dying
        for report in some:
            finalize_report(paula, report.pk)
        end_leases()
        sweep()
        wait_until_dead(dying)
    end_leases()
    programs += [worker("background", EMAIL_URL=mailbox.url)]
    deliveries = settle_reports(reports, mailbox)
    assert sum(delivery.state == "uncertain" for delivery in deliveries) == 2, "begun, and its worker dead"
    assert len(mailbox.taken) == len(reports) - 1, "one of the two had arrived"


@pytest.mark.long
def test_killed_again_and_again_every_report_is_issued(
    programs, drafts, paula, mailbox, settle_reports, size
):
    reports = drafts(size(4, 200))
    every = len(reports) // size(1, 50)
    programs += [worker("background", EMAIL_URL=mailbox.url), sweeper()]
    for number, report in enumerate(reports):
        finalize_report(paula, report.pk)
        if number % every == 0:
            time.sleep(random.uniform(0, 0.5))
            programs[0].kill()
            end_leases()
            programs[0].start()
    settle_reports(reports, mailbox)
