"""verify_veterinarian: only what somebody has read is verified, and no save undoes it unseen."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from lims.errors import LimsError, NotAllowed, StaleEdit
from lims.models import Delivery, Veterinarian
from lims.services.people import profiles
from lims.services.people.profiles import correct_profile, save_profile
from lims.services.people.veterinarians import verify_veterinarian, verify_veterinarians


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


@pytest.fixture
def meanwhile(monkeypatch):
    """Does something in another connection while a profile is read and not written yet; returns its errors.

    The other one waits for the profile, or gets through.
    """
    mistakes, errors = profiles._mistakes, []

    def arrange(act: Callable[[], object]) -> list[Exception]:
        def other():
            try:
                act()
            except LimsError as error:
                errors.append(error)
            finally:
                connection.close()

        def pause(*arguments):
            monkeypatch.setattr(profiles, "_mistakes", mistakes)
            threads[0].start()
            threads[0].join(timeout=0.5)
            return mistakes(*arguments)

        threads.append(threading.Thread(target=other))
        monkeypatch.setattr(profiles, "_mistakes", pause)
        return errors

    threads: list[threading.Thread] = []
    return arrange, lambda: threads[0].join()


@pytest.mark.django_db(transaction=True)
def test_verification_while_a_profile_is_being_saved_is_not_lost(ana, bruno, meanwhile):
    arrange, end = meanwhile
    arrange(lambda: verify_veterinarians(ana, [bruno.veterinarian.pk]))
    save_profile(bruno, 1, "es", clinic="Del Norte")
    end()
    saved = Veterinarian.objects.get()
    assert saved.verified_at and saved.clinic == "Del Norte"


@pytest.mark.django_db(transaction=True)
def test_correction_while_a_profile_is_being_saved_is_told(alma, bruno, meanwhile):
    arrange, end = meanwhile
    errors = arrange(lambda: correct_profile(alma, bruno.veterinarian.pk, 1, clinic="Del Este"))
    save_profile(bruno, 1, "es", clinic="Del Norte")
    end()
    assert [type(error) for error in errors] == [StaleEdit]
    assert Veterinarian.objects.values_list("clinic", "lock_version").get() == ("Del Norte", 2)
