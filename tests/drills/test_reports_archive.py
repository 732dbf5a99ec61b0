"""An archived object is damaged: `verify_archive` names it, and nothing hands it out as what was issued."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from lims.models import Delivery, Report
from lims.services.reports import archive
from pdfcache import store
from tests import factories
from tests.drills.length import LONG
from tests.processes import ROOT, Program
from tests.running import run_jobs


def damage(report: Report) -> None:
    """Have other bytes under the version that was issued: a flipped bit on the disk where S3 is ours.

    That takes SeaweedFS 13 s to admit; the short form points to a version that was damaged before it was put.
    """
    content = archive.read(report)
    volumes = (ROOT / "var" / f"test-{os.environ['LAMINA_TEST_RUN']}").rglob("*.dat") if LONG else ()
    if not any(flip(volume, content[500:1_000]) for volume in volumes):
        forged = bytes([content[0], content[1] ^ 1]) + content[2:]
        written = store.put(report.archive_key, forged, bucket=settings.S3_ARCHIVE_BUCKET)
        Report.objects.filter(pk=report.pk).update(archive_version_id=written.version_id)


def flip(volume: Path, part: bytes) -> bool:
    at = volume.read_bytes().find(part)
    if at < 0:
        return False
    with volume.open("r+b") as file:
        file.seek(at)
        file.write(bytes([part[0] ^ 1]))
    return True


def verify() -> tuple[int, str]:
    """Run the command as an operator does; return its exit code and what it printed."""
    program = Program("manage.py", "verify_archive")
    code = program.process.wait()
    printed = program.output()
    program.stop()
    return code, printed


@pytest.fixture
def reports(transactional_db, buckets, paula, bruno) -> list[Report]:
    bruno.veterinarian.report_by_email = "attachment"
    bruno.veterinarian.save()
    author = paula.staff_member.pathologist
    return [factories.issued_report(author, factories.ready_protocol(bruno.veterinarian)) for _ in range(3)]


def test_damage_is_named_and_not_mailed_and_the_rest_is_well(reports, sink):
    assert verify() == (0, "3 versions are what was issued.\n")
    damaged = reports[1]
    damage(damaged)
    code, printed = verify()
    assert code == 1
    assert [report for report in reports if report.archive_key in printed] == [damaged]
    assert "1 of 3 versions could not be verified" in printed
    run_jobs("send_delivery")
    assert dict(Delivery.objects.values_list("report", "state")) == {
        report.pk: "queued" if report == damaged else "sent" for report in reports
    }
    assert len(sink.taken) == len(reports) - 1
