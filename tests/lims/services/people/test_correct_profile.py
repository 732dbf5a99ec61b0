"""correct_profile and create_profile: administrators write of a vet what bills and letters need, no more."""

import pytest
from django.db import transaction

from lims.errors import Incomplete, NotAllowed, StaleEdit
from lims.models import Notification, Veterinarian
from lims.services.people.profiles import correct_profile, create_profile, save_profile
from tests import factories

TYPED = {"first_names": "Eva", "last_names": "Paz", "licence": "MP 1"}


@pytest.fixture
def vet(bruno) -> Veterinarian:
    return factories.verify(bruno).veterinarian


def test_who_is_verified_stays_so_and_the_vets_own_window_is_told(alma, vet):
    saved = correct_profile(alma, vet.pk, 1, licence="MP 9", clinic=" Del Norte ")
    assert (saved.licence, saved.clinic, saved.lock_version) == ("MP 9", "Del Norte", 2)
    assert saved.verified_at and not Notification.objects.exists()
    with pytest.raises(StaleEdit):
        save_profile(vet.user, 1, "es", clinic="Del Este")


def test_same_values_change_nothing_also_from_an_old_page(alma, vet):
    correct_profile(alma, vet.pk, 1, clinic="Del Norte")
    assert correct_profile(alma, vet.pk, 1, clinic="Del Norte").lock_version == 2
    with pytest.raises(StaleEdit):
        correct_profile(alma, vet.pk, 1, clinic="Del Este")
    assert Veterinarian.objects.get().clinic == "Del Norte"


def test_cuit_that_was_taken_before_stays_until_it_changes(alma, vet):
    Veterinarian.objects.update(tax_id="20-12345678-9")
    assert correct_profile(alma, vet.pk, 1, clinic="x", tax_id="20123456789").tax_id == "20-12345678-9"
    with pytest.raises(Incomplete) as refused:
        correct_profile(alma, vet.pk, 2, licence="", tax_id="20-12345678-8")
    assert set(refused.value.fields) == {"licence", "tax_id"}


def test_new_profile_is_to_be_verified_and_the_laboratory_told(alma, ana):
    user = factories.UserFactory()
    vet = create_profile(alma, user, **TYPED)
    assert (vet.name, vet.verified_at, vet.lock_version) == ("Eva Paz", None, 1)
    assert Notification.objects.get(user=ana).subject == "Eva Paz"
    for taken in (user, ana):
        with pytest.raises(Incomplete) as refused, transaction.atomic():
            create_profile(alma, taken, **TYPED)
        assert set(refused.value.fields) == {"user"}


@pytest.mark.parametrize("name", ["notify_on_report", "alternative_email", "verified_at"])
def test_how_a_vet_is_told_is_the_vets_own(alma, vet, name):
    with pytest.raises(TypeError):
        correct_profile(alma, vet.pk, 1, **{name: ""})


@pytest.mark.parametrize("who", ["ana", "paula", "bruno"])
def test_only_administrators_may(request, vet, who):
    by = request.getfixturevalue(who)
    with pytest.raises(NotAllowed), transaction.atomic():
        correct_profile(by, vet.pk, 1, clinic="x")
    with pytest.raises(NotAllowed), transaction.atomic():
        create_profile(by, factories.UserFactory(), **TYPED)
