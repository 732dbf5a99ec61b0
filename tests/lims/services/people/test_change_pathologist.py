"""create_pathologist and change_pathologist: administrators decide who signs, never without a signature."""

import io

import pytest

from lims.documents.reports import document
from lims.errors import Incomplete, NotAllowed
from lims.models import Asset, Pathologist
from lims.services.people.pathologists import change_pathologist, create_pathologist
from lims.services.reports.finalizing import finalize_report
from tests import factories
from tests.pictures import upload

VALUES = {"licence": "MP 1", "specialty": "Patología", "contact": "p@lab.test", "may_sign": True}


@pytest.fixture
def member(db):
    return factories.StaffMemberFactory(user__role="pathologist")


def signature() -> io.BytesIO:
    return io.BytesIO(factories.signature_png())


def another_signature() -> io.BytesIO:
    return io.BytesIO(upload("firma.png", (60, 20), file_format="PNG").read())


def signed_with(snapshot: dict) -> tuple[str, str]:
    return snapshot["author"]["licence"], snapshot["author"]["signature"]["sha256"]


def refused(call) -> set[str]:
    with pytest.raises(Incomplete) as refusal:
        call()
    return set(refusal.value.fields)


def test_a_member_of_the_staff_becomes_a_pathologist_who_signs(alma, member):
    made = create_pathologist(alma, member, signature=signature(), **VALUES)
    made.refresh_from_db()
    assert (made.licence, made.specialty, made.contact, made.may_sign) == tuple(VALUES.values())
    assert made.signature.media_type == "image/png"
    assert finalize_report(member.user, factories.draft_report(made).pk).status == "finalized"


def test_only_an_account_of_that_role_can_be_one_and_only_once(alma, ana, member):
    assert refused(lambda: create_pathologist(alma, ana.staff_member, licence="MP 1")) == {"staff_member"}
    create_pathologist(alma, member, licence="MP 1")
    assert refused(lambda: create_pathologist(alma, member, licence="MP 2")) == {"staff_member"}
    assert Pathologist.objects.count() == 1


def test_what_is_not_given_stays(alma, paula):
    before = paula.staff_member.pathologist
    for _ in range(2):
        changed = change_pathologist(alma, before.pk, contact="otro")
    assert (changed.contact, changed.licence, changed.signature_id) == (
        "otro",
        before.licence,
        before.signature_id,
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"licence": " "}, "licence"),
        ({"remove_signature": True}, "may_sign"),
        ({"signature": io.BytesIO(b"GIF89a")}, "signature"),
    ],
)
def test_what_would_break_the_right_to_sign_is_refused_beside_its_field(alma, paula, changed, field):
    before = Pathologist.objects.values().get()
    assert refused(lambda: change_pathologist(alma, before["id"], contact="otro", **changed)) == {field}
    assert Pathologist.objects.values().get() == before


def test_a_right_to_sign_needs_a_signature_from_the_beginning(alma, member):
    assert refused(lambda: create_pathologist(alma, member, **VALUES)) == {"may_sign"}
    assert not Pathologist.objects.exists()
    assert not Asset.objects.exists()


def test_the_right_and_then_the_signature_can_be_taken_away(alma, paula):
    pk = paula.staff_member.pathologist.pk
    changed = change_pathologist(alma, pk, may_sign=False, remove_signature=True)
    assert (changed.may_sign, changed.signature) == (False, None)
    with pytest.raises(NotAllowed):
        finalize_report(paula, factories.draft_report(changed).pk)


def test_what_is_finalized_keeps_its_signature(alma, paula):
    report = factories.finalized_report(paula.staff_member.pathologist)
    before = report.snapshot["author"]
    change_pathologist(alma, report.author_id, signature=signature(), licence="MP otra")
    change_pathologist(alma, report.author_id, may_sign=False, remove_signature=True)
    report.refresh_from_db()
    assert report.snapshot["author"] == before
    assert Asset.objects.filter(pk=before["signature"]["sha256"]).exists()


def test_a_new_report_bears_the_new_signature_and_an_old_one_the_old(alma, paula):
    author = paula.staff_member.pathologist
    old = factories.finalized_report(author)
    draft = factories.draft_report(author)
    change_pathologist(alma, author.pk, signature=another_signature(), licence="MP nueva")
    author.refresh_from_db()
    # A preview bears none, whatever its author has.
    assert document.snapshot(draft.pk)["author"]["signature"] is None
    new = finalize_report(paula, draft.pk)
    old.refresh_from_db()
    assert signed_with(new.snapshot) == ("MP nueva", author.signature_id)
    assert signed_with(old.snapshot)[1] not in (None, author.signature_id)
    assert signed_with(old.snapshot)[0] != "MP nueva"


@pytest.mark.parametrize("who", ["ana", "paula", "bruno"])
def test_only_administrators_decide(request, paula, who):
    by = request.getfixturevalue(who)
    pathologist = paula.staff_member.pathologist
    with pytest.raises(NotAllowed):
        change_pathologist(by, pathologist.pk, may_sign=True)
    with pytest.raises(NotAllowed):
        create_pathologist(by, pathologist.staff_member, licence="MP 1")


def test_a_field_that_is_no_pathologists_is_a_mistake_in_the_code(alma, paula):
    with pytest.raises(TypeError):
        change_pathologist(alma, paula.staff_member.pathologist.pk, signature_id="x")
