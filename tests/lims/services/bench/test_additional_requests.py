"""request_more, finish_requests: a pathologist asks, the bench does it, and each is told of the other."""

import pytest

from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible
from lims.models import AdditionalRequest, Delivery, Notification, Protocol, ProtocolHistory, RequestKind
from lims.services.bench import ready
from lims.services.bench.requests import Wish, finish_requests, request_more
from lims.services.reports.content import Content
from lims.services.reports.drafts import begin_report, save_draft
from lims.services.reports.finalizing import finalize_report
from tests import factories

pytestmark = pytest.mark.django_db
PAS = Wish(RequestKind.STAIN, stain="PAS")


def test_a_ready_sample_goes_back_to_the_bench_and_the_staff_is_told(ana, paula, alma, bruno):
    protocol = factories.ready_protocol(bruno.veterinarian)
    made = request_more(
        paula, protocol.pk, Wish(RequestKind.STAIN, protocol.cassettes.get().pk, " PAS ", "Hongos")
    )
    protocol.refresh_from_db()
    assert (protocol.status, made.stain, made.detail, made.requested_by) == (
        "processing",
        "PAS",
        "Hongos",
        paula,
    )
    moved = ProtocolHistory.objects.get()
    assert (moved.before, moved.after, moved.by) == ("ready", "processing", paula)
    told = Notification.objects.get(kind="request_made")
    assert (told.user, told.subject, told.path) == (
        ana,
        protocol.number,
        f"/protocols/{protocol.pk}/processing/",
    )
    assert not Delivery.objects.exists()


def test_another_wish_while_it_is_in_process_is_added_and_the_same_one_is_not(paula):
    protocol = factories.ready_protocol()
    first = request_more(paula, protocol.pk, PAS)
    assert request_more(paula, protocol.pk, PAS) == first
    assert request_more(paula, protocol.pk, Wish(RequestKind.OTHER, detail="Descalcificar")) != first
    assert (AdditionalRequest.objects.count(), ProtocolHistory.objects.count()) == (2, 1)


@pytest.mark.parametrize("user", ["ana", "alma", "bruno", "carla"])
def test_only_pathologists_ask(user, request):
    protocol = factories.ready_protocol()
    with pytest.raises(NotAllowed):
        request_more(request.getfixturevalue(user), protocol.pk, PAS)


def test_what_is_not_there_is_not_there(paula):
    with pytest.raises(NotVisible):
        request_more(paula, 0, PAS)


@pytest.mark.parametrize("status", ["submitted", "received", "reported", "rejected"])
def test_another_state_is_refused_and_nothing_changes(paula, status):
    protocol = factories.ready_protocol(status=status)
    with pytest.raises(InvalidTransition):
        request_more(paula, protocol.pk, PAS)
    assert not AdditionalRequest.objects.exists()


def test_while_its_report_is_being_issued_it_stays(paula):
    report = factories.finalized_report(paula.staff_member.pathologist)
    with pytest.raises(InvalidTransition):
        request_more(paula, report.protocol_id, PAS)
    assert not AdditionalRequest.objects.exists()


WRONG = [
    (Wish(RequestKind.MORE_CUTS), "cassette"),
    (Wish(RequestKind.STAIN), "stain"),
    (Wish(RequestKind.STAIN, stain="   "), "stain"),
    (Wish(RequestKind.OTHER), "detail"),
    (Wish(RequestKind.STAIN, stain="x" * 61), "stain"),
    (Wish(RequestKind.OTHER, detail="x" * 2_001), "detail"),
    (Wish(RequestKind.STAIN, 0, "PAS"), "cassette"),
]


@pytest.mark.parametrize(("wish", "field"), WRONG[:-1])
def test_wrong_input_is_told_beside_its_field(paula, wish, field):
    protocol = factories.ready_protocol()
    with pytest.raises(Incomplete) as refused:
        request_more(paula, protocol.pk, wish)
    assert list(refused.value.fields) == [field]
    protocol.refresh_from_db()
    assert protocol.status == "ready"


def test_a_cassette_of_another_sample_and_cuts_of_cells_are_refused(paula):
    other = factories.ready_protocol().cassettes.get()
    smears = factories.ProtocolFactory(kind="cytology")
    for protocol in (factories.ready_protocol(), smears):
        with pytest.raises(Incomplete) as refused:
            request_more(paula, protocol.pk, Wish(RequestKind.MORE_CUTS, other.pk))
        assert list(refused.value.fields) == ["cassette"]


def test_done_once_and_whoever_asked_is_told(ana, alma, paula):
    protocol = factories.ready_protocol()
    made = request_more(paula, protocol.pk, PAS)
    assert (finish_requests(ana, [made.pk]), finish_requests(alma, [made.pk])) == (1, 0)
    made.refresh_from_db()
    assert made.done_by == ana
    told = Notification.objects.get(kind="request_done")
    assert (told.user, told.subject) == (paula, protocol.number)


def test_who_does_what_they_asked_for_is_not_told(paula):
    made = request_more(paula, factories.ready_protocol().pk, PAS)
    finish_requests(paula, [made.pk])
    assert not Notification.objects.filter(kind="request_done").exists()


def test_vets_finish_nothing_and_what_is_not_there_finishes_none(ana, bruno, paula):
    made = request_more(paula, factories.ready_protocol(bruno.veterinarian).pk, PAS)
    with pytest.raises(NotAllowed):
        finish_requests(bruno, [made.pk])
    with pytest.raises(NotVisible):
        finish_requests(ana, [made.pk, 0])
    assert AdditionalRequest.objects.open().count() == 1


def test_it_is_ready_again_once_everything_is_done(ana, paula):
    protocol = factories.ready_protocol()
    made = request_more(paula, protocol.pk, PAS)
    with pytest.raises(Incomplete):
        ready.make_ready(ana, protocol.pk)
    finish_requests(ana, [made.pk])
    assert ready.make_ready(ana, protocol.pk).status == "ready"


def test_meanwhile_the_draft_is_written_on_but_not_finalized(paula):
    draft = factories.draft_report(paula.staff_member.pathologist)
    request_more(paula, draft.protocol_id, PAS)
    saved = save_draft(paula, draft.pk, draft.lock_version, Content({"comments": "Falta el PAS."}))
    with pytest.raises(InvalidTransition):
        finalize_report(paula, draft.pk)
    draft.refresh_from_db()
    assert (saved.comments, draft.status) == ("Falta el PAS.", "draft")
    assert begin_report(paula, draft.protocol_id) == draft
    assert Protocol.objects.get().status == "processing"
