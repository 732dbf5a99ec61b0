"""SMTP in all its modes: each mail ends in a true state, arrives at most once, and failures are told."""

import dramatiq
import pytest

from actors.models import Job
from lims.models import Delivery, Notification, Report
from lims.services.reports.finalizing import finalize_report
from tests import factories, smtp
from tests.processes import sweeper, wait_until, worker
from tests.running import run_jobs

LATER = {
    smtp.GREYLIST: "450 4.2.0 Greylisted, come back later",
    smtp.BUSY: "421 4.3.2 Too busy",
    smtp.DEFER_DATA: "451 4.3.0 Disk full",
    smtp.HANG: "",
}
NEVER = {smtp.REFUSE_RECIPIENT: "550 5.1.1 No such user here", smtp.REFUSE_DATA: "554 5.7.1 Looks like spam"}
UNKNOWN = (smtp.DROP_AFTER_DATA, smtp.HANG_AFTER_DATA)
MODES = (smtp.OK, *LATER, *NEVER, *UNKNOWN)


@pytest.fixture
def drafts_by_mode(transactional_db, buckets, paula) -> dict[str, Report]:
    """A draft for a vet of each mode, whose address says which."""
    made = {}
    for mode in MODES:
        vet = factories.VeterinarianFactory(user__email=f"{mode.replace(' ', '-')}@vet.test")
        protocol = factories.ready_protocol(vet)
        made[mode] = factories.draft_report(paula.staff_member.pathologist, protocol)
    return made


def states(reports: dict[str, Report]) -> dict[str, str]:
    found = dict(Delivery.objects.values_list("report", "state"))
    return {mode: found[report.pk] for mode, report in reports.items()}


def words(report: Report) -> str:
    return Delivery.objects.values_list("response", flat=True).get(report=report)


def test_each_mode_ends_as_what_it_is(programs, drafts_by_mode, paula, ana, settle_reports):
    mailbox = smtp.Sink()
    mailbox.modes = {f"{mode.replace(' ', '-')}@vet.test": mode for mode in MODES}
    programs += [worker("background", EMAIL_URL=mailbox.url, EMAIL_TIMEOUT_S="3"), sweeper()]
    for report in drafts_by_mode.values():
        finalize_report(paula, report.pk)
    refused = Delivery.objects.filter(state="queued", response__contains="refused")
    wait_until(lambda: refused.count() == len(MODES), "each has met a closed port")
    with mailbox:
        for mode, said in LATER.items():
            report = drafts_by_mode[mode]
            wait_until(lambda r=report, s=said: _said(r, s), f"{mode} was told")
        for mode in LATER:
            mailbox.modes[f"{mode.replace(' ', '-')}@vet.test"] = smtp.OK
        settle_reports(list(drafts_by_mode.values()), mailbox)
    assert states(drafts_by_mode) == {
        smtp.OK: "sent",
        **dict.fromkeys(LATER, "sent"),
        **dict.fromkeys(NEVER, "failed"),
        **dict.fromkeys(UNKNOWN, "uncertain"),
    }
    assert {mode: words(drafts_by_mode[mode]) for mode in NEVER} == NEVER
    told = Notification.objects.filter(user=ana, kind="delivery_failed")
    assert told.count() == len(NEVER) + len(UNKNOWN)


def _said(report: Report, said: str) -> bool:
    return said in words(report) if said else "timed out" in words(report)


@pytest.mark.long
def test_each_wake_up_ten_times_each_mail_once(programs, drafts, paula, mailbox, settle_reports):
    mailed, waiting = drafts(3), drafts(3)
    for report in mailed:
        finalize_report(paula, report.pk)
    run_jobs("publish_report")
    for report in waiting:
        finalize_report(paula, report.pk)
    for job in Job.objects.filter(state="pending"):
        for _ in range(9):
            dramatiq.get_broker().get_actor(job.actor).send(job.pk)
    programs += [worker("background", EMAIL_URL=mailbox.url)]
    settle_reports(mailed + waiting, mailbox)
    assert {job.attempts for job in Job.objects.all()} == {1}
    assert len(mailbox.taken) == 6
