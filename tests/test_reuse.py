"""`pdfcache` and `actors` serve another Django project, built from the code on their READMEs alone."""

import json
import re

import pytest

from tests.processes import ROOT, wait_until
from tests.proxy import closed_port
from tests.reusing import SmallProject, kill, laboratory_verbs

FOREIGN = {"lims", "config", "unfold", "pghistory"}

WALK = """
import urllib.request
from django.core.management import call_command
from django.test import Client
from letters import services

def beginning(url):
    return urllib.request.urlopen(url).read(5).decode()

def outcome(answer):
    return [answer.status_code, answer.headers.get("X-PDF-Cache")]

letter = services.write("Ana", "Good news")
url, client = f"/letters/{letter.pk}/pdf/", Client()
miss = client.get(url)
status = lambda: client.get(miss.json()["status_url"]).json()["state"]
found["first"], found["waiting"] = outcome(miss), status()
again = client.get(url)
found["job"], found["same job"] = miss.json()["status_url"], again.json()["status_url"]
call_command("sweep_jobs", "--once", "--run")
hit = client.get(url)
found["worked"], found["second"] = status(), outcome(hit)
found["filed"] = type(letter).objects.get(pk=letter.pk).filed_at is not None
found["bytes"] = beginning(hit["Location"])
letter.text = "Better news"
letter.save()
found["changed"] = outcome(client.get(url))
found["at once"] = beginning(client.get(f"/letters/{letter.pk}/at-once/")["Location"])
found["filled"] = outcome(client.get(url))
found["stranger"] = client.get("/letters/999/pdf/").status_code
"""

OPEN = """
from django.test import Client
from letters import services

letter = services.write("Ana", "Good news")
for name in ("pdf", "at-once"):
    answer = Client().get(f"/letters/{letter.pk}/{name}/")
    found[name] = [answer.status_code, answer.headers.get("X-PDF-Cache"), answer.content[:5].decode()]
"""

ASK = """
from django.db import transaction
from actors import jobs

with transaction.atomic():
    found["job"] = jobs.enqueue("stall_once", "once", [{folder!r}]).job_id
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = SmallProject(tmp_path_factory.mktemp("small") / "project")
    made.make_database()
    made.run(
        "from django.core.management import call_command\n"
        "call_command('check', fail_level='WARNING')\n"
        "call_command('migrate', run_syncdb=True, verbosity=0)\n"
        "call_command('prepare_storage')"
    )
    yield made
    made.drop_database()


@pytest.fixture(scope="module")
def walked(project):
    return project.run(WALK)


def test_a_miss_is_answered_at_once_with_one_job_for_all_who_ask(walked):
    found = walked["found"]
    assert found["first"] == [202, "miss"]
    assert found["waiting"] == "pending"
    assert found["same job"] == found["job"]


def test_once_the_job_ran_the_same_address_is_a_hit(walked):
    found = walked["found"]
    assert found["worked"] == "done"
    assert found["second"] == [302, "hit"]
    assert found["bytes"] == "%PDF-"


def test_a_changed_row_is_a_miss_and_filling_makes_it_a_hit(walked):
    found = walked["found"]
    assert found["changed"] == [202, "miss"]
    assert found["at once"] == "%PDF-"
    assert found["filled"] == [302, "hit"]


def test_a_job_of_the_projects_own_actor_is_done(walked):
    assert walked["found"]["filed"] is True


def test_a_row_that_is_not_there_is_not_found(walked):
    assert walked["found"]["stranger"] == 404


def test_the_pdf_comes_inline_while_the_store_is_away(project):
    opened = project.run(OPEN, S3_ENDPOINT_URL=f"http://127.0.0.1:{closed_port()}")
    assert opened["found"] == {"pdf": [200, "inline", "%PDF-"], "at-once": [200, "inline", "%PDF-"]}


def test_the_pdf_comes_inline_while_the_broker_is_away(project):
    opened = project.run(OPEN, RABBITMQ_URL=f"amqp://127.0.0.1:{closed_port()}")
    assert opened["found"]["pdf"] == [200, "inline", "%PDF-"]
    assert opened["found"]["at-once"][0] == 302


def test_a_job_whose_worker_was_killed_is_finished_by_another(project, tmp_path):
    job = project.run(ASK.format(folder=str(tmp_path)))["found"]["job"]
    first = project.begin("work", "background")
    wait_until((tmp_path / "attempt-1").exists, "the first worker has the job in hand")
    kill(first)
    assert project.job(job) == ("running", 1)
    others = [project.begin("work", "background"), project.begin("sweep_jobs")]
    try:
        wait_until(lambda: project.job(job) == ("done", 2), "another worker finishes the job")
    finally:
        for program in others:
            kill(program)
    killed, finished = (json.loads((tmp_path / f"attempt-{number}").read_text()) for number in (1, 2))
    assert killed["pid"] != finished["pid"]
    assert FOREIGN & packages(finished) == set()


def test_nothing_of_the_laboratory_is_loaded(walked):
    assert {"pdfcache", "actors", "letters", "django_dramatiq"} <= packages(walked)
    assert FOREIGN & packages(walked) == set()


def packages(answer: dict) -> set[str]:
    return {module.split(".")[0] for module in answer["modules"]}


def test_the_readme_names_what_is_of_the_laboratory():
    text = (ROOT / "actors" / "README.md").read_text()
    (sentence,) = re.findall(r"without the laboratory's own verbs: ([^.]*(?:\.py`[^.]*)*)\.\s", text)
    assert set(re.findall(r"`(\w+\.py)`", sentence)) == laboratory_verbs()
