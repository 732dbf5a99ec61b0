"""verify_veterinarian: only what somebody has read is verified, and no save undoes it unseen."""

import threading

import pytest
from django.db import connection, transaction

from lims.errors import NotAllowed, StaleEdit
from lims.models import Delivery, Veterinarian
from lims.services import profiles
from lims.services.profiles import save_profile
from lims.services.veterinarians import verify_veterinarian, verify_veterinarians


@pytest.fixture
def vet(bruno) -> Veterinarian:
    return bruno.veterinarian


def test_what_was_read_is_verified_once_and_the_vet_told_once(ana, vet):
    assert [verify_veterinarian(ana, vet.pk, 1) for _ in range(2)] == [True, False]
    vet.refresh_from_db()
    assert vet.verified_at and vet.verified_by == ana
    assert Delivery.objects.count() == 1


def test_profile_that_was_saved_since_is_not_verified(ana, vet):
    save_profile(vet.user, 1, "es", licence="MP 9")
    with pytest.raises(StaleEdit):
        verify_veterinarian(ana, vet.pk, 1)
    assert Veterinarian.objects.get().verified_at is None
    assert not Delivery.objects.exists()
    assert verify_veterinarian(ana, vet.pk, 2)


def test_only_the_laboratory_may(carla, vet):
    with pytest.raises(NotAllowed), transaction.atomic():
        verify_veterinarian(carla, vet.pk, 1)


@pytest.mark.django_db(transaction=True)
def test_verification_while_a_profile_is_being_saved_is_not_lost(ana, bruno, monkeypatch):
    mistakes = profiles._mistakes

    def verify():
        try:
            verify_veterinarians(ana, [bruno.veterinarian.pk])
        finally:
            connection.close()

    other = threading.Thread(target=verify)

    def meanwhile(*arguments):
        # The vet's profile is read and not yet written. The other one waits for it, or gets through.
        other.start()
        other.join(timeout=0.5)
        return mistakes(*arguments)

    monkeypatch.setattr(profiles, "_mistakes", meanwhile)
    save_profile(bruno, 1, "es", clinic="Del Norte")
    other.join()
    saved = Veterinarian.objects.get()
    assert saved.verified_at and saved.clinic == "Del Norte"
