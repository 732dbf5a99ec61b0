"""scripts/old_names.py: an old name is found in each of its places, the same word elsewhere is not."""

import pytest

from scripts import old_names

PLANTED = {
    "answers": ("lims/views/pages.py", "@answers\ndef page(request): ..."),
    "answers.answers": ("lims/views/pages.py", "from lims.views.answers import answers"),
    "refusal": ("lims/services/orders.py", "class Rule:\n    def refusal(self): ..."),
    "told": ("templates/list.html", "{% if not told %}{% endif %}"),
    "_told": ("lims/services/history.py", "def _told(rows): ..."),
    "tell": ("lims/services/notifications.py", "def tell(users): ..."),
    "Actor.work": ("actors/registry.py", "class Actor:\n    work: int"),
    "Actor.failed": ("actors/registry.py", "class Actor:\n    failed = None"),
    "Actor.abandoned": ("actors/registry.py", "class Actor:\n    abandoned: int"),
    "Actor.recurs": ("actors/registry.py", "class Actor:\n    recurs: int"),
    "actor.failed": ("actors/mail.py", "@actor(failed=sending.on_failed)\ndef send(job): ..."),
    "actor.abandoned": ("actors/mail.py", "@registry.actor(abandoned=f)\ndef send(job): ..."),
    "actor.recurs": ("actors/upkeep.py", "@actor(recurs=f)\ndef age(job): ..."),
    "failed": ("lims/services/mail/sending.py", "def failed(job): ..."),
    "abandoned": ("lims/services/images.py", "def abandoned(job): ..."),
    "reach": ("actors/points.py", "def reach(point): ..."),
    "faults.reach": ("actors/pdfs.py", "faults.reach('before_fill')"),
    "reached": ("lims/services/sending.py", "deliver = lambda job, reached: None"),
    "jobs.hold": ("lims/services/sending.py", "from actors import jobs\njobs.hold(job)"),
    "jobs.rearm": ("lims/services/retrying.py", "from actors.jobs import rearm"),
    "rearm": ("actors/jobs.py", "def rearm(job): ..."),
    "armed": ("lims/services/opening.py", "if jobs.enqueue('x', 'r').armed: ..."),
    "armed_since": ("actors/jobs.py", "def armed_since(span): ..."),
    "rest_s": ("actors/jobs.py", "SQL = 'secs => %(rest_s)s'"),
    "texts.stored": ("lims/services/kit/texts.py", "def stored(text): ..."),
    "texts.limit": ("lims/forms/fields.py", "from lims.services.texts import limit"),
    "move": ("lims/services/protocols/transitions.py", "def move(protocol): ..."),
    "move_all": ("lims/services/protocols/transitions.py", "def move_all(protocols): ..."),
    "protocols.move": ("lims/demo/making.py", "protocols.move(one)"),
    "protocols.move_all": ("lims/demo/making.py", "protocols.move_all(many)"),
    "reports.move": ("lims/demo/making.py", "reports.move(one)"),
    "numbers.take": ("lims/demo/making.py", "numbers.take('HP')"),
    "operation_parts": ("lims/services/operation_parts.py", ""),
    "operation_running": ("lims/services/operation_running.py", ""),
    "operation_ending": ("lims/services/operation_ending.py", ""),
    "operation_asking": ("lims/views/operation_asking.py", ""),
    "typed": ("lims/forms/typed.py", ""),
    "words": ("lims/admin/words.py", ""),
    "ServedForm": ("lims/forms/served.py", "class ServedForm: ..."),
    "MarkedForm": ("lims/forms/served.py", "class MarkedForm: ..."),
    "OperatedAdmin": ("lims/admin/operated.py", "class OperatedAdmin: ..."),
    "Desk": ("lims/views/desk.py", "class Desk: ..."),
    "wishes": ("lims/services/mail/wanted.py", "def wishes(vet, kind): ..."),
    "QUIET": ("lims/services/mail/wanted.py", "QUIET = {1}"),
    "letters": ("lims/services/letters.py", ""),
    "messages": ("lims/services/messages.py", ""),
    "mailing": ("lims/services/mailing.py", ""),
    "concerned": ("lims/services/readers.py", "def concerned(report): ..."),
    "known": ("lims/forms/kit/listing.py", "def known(words): ..."),
    "named": ("lims/forms/kit/listing.py", "class ListForm:\n    def named(self): ..."),
    "coded": ("lims/forms/kit/listing.py", "def coded(rows): ..."),
    "mentioning": ("lims/forms/kit/listing.py", "def mentioning(each): ..."),
    "keep_columns": ("lims/models/frozen.py", "def keep_columns(names): ..."),
    "ageing": ("lims/models/ageing.py", ""),
    "history_ageing": ("lims/services/history_ageing.py", ""),
    "is_doomed": ("lims/services/history/retention.py", "SQL = 'DELETE FROM t WHERE is_doomed'"),
    "edit_version": ("lims/models/reports.py", "class Report:\n    edit_version = 1"),
    "read_version": ("lims/views/orders.py", "def change(read_version): ..."),
    "Protocol.version": ("lims/models/protocols.py", "class Protocol(Model):\n    version = 1"),
    "Veterinarian.version": ("lims/models/people.py", "class Veterinarian(Model):\n    version = 1"),
    "WorkOrder.version": ("lims/models/work_orders.py", "class WorkOrder(Model):\n    version = 1"),
}
LEGITIMATE = {
    "actors/jobs.py": "def failed(): ...\n\n\ndef lock_and_renew(job): ...\n\n\njob.armed_at",
    "config/run.py": "def answers(url): ...\n\n\nif answers(url): ...",
    "lims/models/reports.py": "class Report:\n    version = 1\n    lock_version = 1",
    "lims/models/protocols.py": "class Hold:\n    hold = 1\n\n\ndef hold(protocol): ...",
    "lims/services/protocols/holds.py": "def hold(by, pk): ...\n\n\nholds.hold(by, 1)",
    "lims/services/smtp.py": "def move_up(): ...\n\n\nshutil.move('a', 'b')\nrows.take(3)\nrow.known = 1",
    "lims/services/words_of_history.py": "told = [1]\nstored = 2\nlimit = 3\nrefusal = str(error)",
    "lims/forms/reports.py": "class ReportForm:\n    edit_version = IntegerField()\nform.edit_version",
    "lims/views/saving.py": "from django.contrib import messages\nmessages.info({'edit_version': 1})",
    "lims/views/listing.py": "class DeskCounts: ...\n\n\ndef known(words): ...",
    "lims/documents/text.py": "reach = [0]\nreach[-1]",
    "lims/migrations/0003_reports.py": "class Migration:\n    edit_version = 1\n\n\ndef told(): ...",
    "templates/base.html": "{% for one in messages %}{{ one|default:'told' }}{{ form.edit_version }}"
    "{# told #}{% comment %}{{ told }}{% endcomment %}{% translate 'You will be told' %} told",
}


def write(root, file: str, text: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text)


def test_every_rule_has_a_planted_name():
    assert {rule.old for rule in old_names.RULES} == set(PLANTED)


@pytest.mark.parametrize("old", PLANTED)
def test_planted_old_name_is_refused_with_its_place_and_the_new_one(tmp_path, capsys, old):
    write(tmp_path, *PLANTED[old])
    assert old_names.main(tmp_path) == 1
    places = [line.split(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert places and set(places) == {PLANTED[old][0]}
    (new,) = {rule.new for rule in old_names.RULES if rule.old == old}
    assert any(f" {old} -> {new}" in line for line in old_names.violations(tmp_path))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\n\ndef page(first, told): ...", 3),
        ("\npage = lambda *told: 1", 2),
        ("class Page:\n    async def told(self): ...", 2),
    ],
)
def test_name_is_found_at_its_line_wherever_python_binds_it(tmp_path, text, line):
    write(tmp_path, "tests/lims/test_page.py", text)
    (found,) = old_names.violations(tmp_path)
    assert found.startswith(f"tests/lims/test_page.py:{line} told -> ")


@pytest.mark.parametrize(
    "text",
    [
        "{{ told }}",
        "{{ told.0.name|upper }}",
        "{% for one in told %}",
        '{% include "a.html" with told=list %}',
        "{% lookup as told %}",
        "{{ list|default:told }}",
    ],
)
def test_template_variable_is_found_at_its_line(tmp_path, text):
    write(tmp_path, "templates/lists/page.html", f"<p>\n{text}</p>")
    (found,) = old_names.violations(tmp_path)
    assert found.startswith("templates/lists/page.html:2 told -> ")


@pytest.mark.parametrize("file", LEGITIMATE)
def test_same_word_in_another_meaning_is_allowed(tmp_path, capsys, file):
    write(tmp_path, file, LEGITIMATE[file])
    assert old_names.main(tmp_path) == 0
    assert capsys.readouterr().out == "no old names\n"
