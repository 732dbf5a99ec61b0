"""Who works in the laboratory, as administrators write it."""

import pytest
from django.db import transaction

from lims.errors import Incomplete, NotAllowed
from lims.models import StaffMember
from lims.services.people.staff import change_member, create_member
from tests import factories
from tests.lims.admin.saving import save

pytestmark = pytest.mark.django_db
ADD = "/admin/lims/staffmember/add/"
TYPED = {"first_names": "Eva", "last_names": "Paz", "position": "Técnica"}


@pytest.fixture
def member(ana) -> StaffMember:
    return ana.staff_member


def page(member: StaffMember) -> str:
    return f"/admin/lims/staffmember/{member.pk}/change/"


def errors(response) -> set[str]:
    return set(response.context["adminform"].form.errors)


def test_account_of_the_laboratory_gets_its_person_once(admin, ana, bruno):
    fresh = factories.UserFactory(role="staff")
    for user in (ana, bruno):
        assert errors(admin.post(ADD, TYPED | {"user": user.pk})) == {"user"}
    assert admin.post(ADD, TYPED | {"user": fresh.pk}).status_code == 302
    assert (str(fresh.staff_member), fresh.staff_member.position) == ("Eva Paz", "Técnica")


def test_person_is_changed_and_whose_account_it_is_stays(admin, member):
    other = factories.UserFactory(role="staff")
    assert save(admin, page(member), TYPED | {"user": other.pk, "position": ""}).status_code == 302
    member.refresh_from_db()
    assert (str(member), member.position, member.user.email) == ("Eva Paz", "", "ana@lab.test")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first_names": " "}, "first_names"),
        ({"last_names": ""}, "last_names"),
        ({"last_names": "x" * 101}, "last_names"),
        ({"position": "x" * 101}, "position"),
        ({"first_names": "\0"}, "first_names"),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_mistake_stands_beside_its_field_and_nothing_is_kept(admin, member, is_new, changed, field):
    before = list(StaffMember.objects.values())
    values = TYPED | {"position": "Jefa", "user": factories.UserFactory(role="staff").pk} | changed
    response = admin.post(ADD, values) if is_new else save(admin, page(member), values)
    assert errors(response) == {field}
    assert 'value="Eva"' in response.content.decode() or 'value="Paz"' in response.content.decode()
    assert list(StaffMember.objects.values()) == before


def test_services_check_by_themselves(alma, member):
    fresh = factories.UserFactory(role="staff")
    for verb, whose in ((create_member, fresh), (change_member, member.pk)):
        with pytest.raises(Incomplete) as refused, transaction.atomic():
            verb(alma, whose, first_names=" ", last_names="x" * 101)
        assert set(refused.value.fields) == {"first_names", "last_names"}
        with pytest.raises(TypeError), transaction.atomic():
            verb(alma, whose, user_id=1)
    for user in (member.user, factories.UserFactory()):
        with pytest.raises(Incomplete) as refused, transaction.atomic():
            create_member(alma, user, **TYPED)
        assert set(refused.value.fields) == {"user"}


@pytest.mark.parametrize("who", ["ana", "paula", "bruno"])
def test_only_administrators_write_it(request, member, who):
    by = request.getfixturevalue(who)
    for verb, whose in ((create_member, factories.UserFactory(role="staff")), (change_member, member.pk)):
        with pytest.raises(NotAllowed), transaction.atomic():
            verb(by, whose, **TYPED)
    member.refresh_from_db()
    assert member.first_names == "Ana"
