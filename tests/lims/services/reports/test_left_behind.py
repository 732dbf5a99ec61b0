"""What a pathologist whose account is closed leaves behind: a colleague takes it on, in their own name."""

import pytest

from lims.errors import InvalidTransition, NotAllowed
from lims.services.reports.amending import amend_report, withdraw_report
from lims.services.reports.drafts import begin_report
from lims.services.reports.finalizing import finalize_report
from tests import factories
from tests.lims.services.reports.test_amend_report import issue


@pytest.fixture
def pedro(db):
    """Another pathologist who may sign."""
    return factories.PathologistFactory(staff_member__user__email="pedro@lab.test").staff_member.user


@pytest.fixture
def issued(paula):
    draft = factories.draft_report(paula.staff_member.pathologist, factories.ready_protocol())
    return issue(finalize_report(paula, draft.pk))


def leave(user):
    user.is_active = False
    user.save()


def test_an_amendment_is_written_and_signed_by_the_colleague(paula, pedro, issued):
    leave(paula)
    draft = amend_report(pedro, issued.pk, "El margen se midió mal.")
    finalized = finalize_report(pedro, draft.pk)
    assert finalized.snapshot["author"]["name"] == pedro.staff_member.pathologist.name
    issued.refresh_from_db()
    assert issued.author.staff_member.user == paula


def test_a_report_can_be_withdrawn(paula, pedro, issued):
    leave(paula)
    assert withdraw_report(pedro, issued.pk, "Muestra equivocada.").status == "withdrawn"


@pytest.mark.parametrize("verb", [amend_report, withdraw_report])
def test_while_the_author_is_there_nobody_else_may(pedro, issued, verb):
    with pytest.raises(NotAllowed):
        verb(pedro, issued.pk, "Porque sí.")


@pytest.mark.parametrize("verb", [amend_report, withdraw_report])
def test_nobody_but_a_pathologist_takes_it_on(paula, ana, alma, issued, verb):
    leave(paula)
    for other in (ana, alma):
        with pytest.raises(NotAllowed):
            verb(other, issued.pk, "Porque sí.")


def test_a_draft_goes_on_as_the_colleagues_with_its_texts(paula, pedro):
    protocol = factories.ready_protocol()
    begun = begin_report(paula, protocol.pk)
    type(begun).objects.filter(pk=begun.pk).update(comments="Empezado por Paula.")
    leave(paula)
    draft = begin_report(pedro, protocol.pk)
    assert (draft.pk, draft.author.staff_member.user, draft.comments) == (
        begun.pk,
        pedro,
        "Empezado por Paula.",
    )
    assert [(entry.action, entry.by) for entry in draft.history.all()] == [("begun", pedro), ("begun", paula)]
    # Whatever window of the first author's is still open can no longer save over it.
    assert draft.lock_version == begun.lock_version + 1


def test_a_draft_of_a_colleague_who_is_there_stays_theirs(paula, pedro):
    protocol = factories.ready_protocol()
    begin_report(paula, protocol.pk)
    with pytest.raises(InvalidTransition):
        begin_report(pedro, protocol.pk)
