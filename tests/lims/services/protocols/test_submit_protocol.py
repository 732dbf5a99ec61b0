"""Drafts of protocols: begun once, saved without loss, submitted with a code that nobody else has."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.utils import timezone

from actors.models import Job
from lims.errors import Incomplete, InvalidTransition, NotAllowed, NotVisible, StaleEdit
from lims.models import (
    Delivery,
    HistopathologySample,
    Notification,
    NumberSeries,
    Protocol,
    ProtocolHistory,
    Specimen,
)
from lims.services.people.veterinarians import unverify_veterinarian
from lims.services.protocols import announcing
from lims.services.protocols.submission_content import Content, SpecimenRow
from lims.services.protocols.submissions import begin_draft, delete_draft, save_draft, submit_protocol
from tests import factories
from tests.submitting import complete_draft, content, submitted


@pytest.fixture
def vet(bruno):
    return factories.verify(bruno)


def specimens(draft) -> list[tuple]:
    return list(Specimen.objects.filter(protocol=draft).order_by("pk").values_list("label", "site", "pieces"))


def test_submitting_gives_code_time_history_and_mail(vet):
    protocol = submitted(vet)
    protocol.refresh_from_db()
    day = timezone.localdate(protocol.submitted_at)
    assert (protocol.status, protocol.temporary_code) == ("submitted", f"TMP-HP-{day:%Y%m%d}-001")
    event = ProtocolHistory.objects.get(protocol=protocol)
    assert (event.before, event.after, event.by) == ("draft", "submitted", vet)
    delivery = Delivery.objects.get(protocol_event=event)
    assert (delivery.kind, delivery.recipient) == ("protocol_submitted", vet)
    assert Job.objects.filter(actor="send_delivery", ref=str(delivery.pk)).count() == 1
    # Who did it knows it; the laboratory's work list shows it.
    assert not Notification.objects.exists()


def test_each_kind_has_its_own_codes(vet):
    codes = [submitted(vet, kind).temporary_code for kind in ("histopathology", "cytology", "cytology")]
    assert [code[4:6] + code[-4:] for code in codes] == ["HP-001", "CT-001", "CT-002"]


def test_day_of_a_code_is_the_laboratorys(vet, monkeypatch):
    # Midnight has passed in Greenwich, not in Buenos Aires.
    monkeypatch.setattr(timezone, "now", lambda: datetime(2027, 1, 1, 2, 30, tzinfo=UTC))
    assert submitted(vet).temporary_code == "TMP-HP-20261231-001"


def test_thousandth_code_of_a_day_has_four_digits(vet, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 5, 4, 15, tzinfo=UTC))
    NumberSeries.objects.create(name="TMP-HP-20260504", last=999)
    assert submitted(vet).temporary_code == "TMP-HP-20260504-1000"


def test_second_click_changes_nothing(vet):
    protocol = submitted(vet)
    with pytest.raises(InvalidTransition):
        submit_protocol(vet, protocol.pk)
    assert Delivery.objects.count() == ProtocolHistory.objects.count() == 1
    assert NumberSeries.objects.get(name__startswith="TMP-HP").last == 1


def test_failure_after_the_code_gives_it_again(vet, monkeypatch):
    draft = complete_draft(vet)
    with monkeypatch.context() as broken:
        broken.setattr(announcing, "announce", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            submit_protocol(vet, draft.pk)
    draft.refresh_from_db()
    assert (draft.status, draft.temporary_code) == ("draft", None)
    assert submit_protocol(vet, draft.pk).temporary_code.endswith("-001")


@pytest.mark.django_db(transaction=True)
def test_codes_are_gapless_under_sixteen_submissions_at_once(vet):
    drafts = [complete_draft(vet, animal=f"Mora {number}") for number in range(16)]
    together = threading.Barrier(len(drafts))

    def submit(draft):
        together.wait()
        submit_protocol(vet, draft.pk)
        connection.close()

    threads = [threading.Thread(target=submit, args=(draft,)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = sorted(Protocol.objects.values_list("temporary_code", flat=True))
    assert [int(code[-3:]) for code in codes] == list(range(1, 17))


@pytest.mark.parametrize("missing", ["animal", "species"])
def test_required_field_is_named(vet, missing):
    draft = complete_draft(vet, **{missing: ""})
    with pytest.raises(Incomplete) as refused:
        submit_protocol(vet, draft.pk)
    assert list(refused.value.fields) == [missing]
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_specimen_without_a_site_is_named(vet):
    draft = begin_draft(vet, "histopathology")
    rows = [SpecimenRow(0, site="Piel"), SpecimenRow(1, procedure="Biopsia")]
    save_draft(vet, draft.pk, 1, Content({"animal": "Mora", "species": "Canino"}, {}, rows))
    with pytest.raises(Incomplete) as refused:
        submit_protocol(vet, draft.pk)
    assert list(refused.value.fields) == ["specimen-1-site"]


def test_unverified_vet_submits_nothing(bruno, ana):
    draft = complete_draft(factories.verify(bruno))
    unverify_veterinarian(ana, bruno.veterinarian.pk)
    with pytest.raises(Incomplete) as refused:
        submit_protocol(bruno, draft.pk)
    assert list(refused.value.fields) == ["veterinarian"]


def test_only_its_vet_sees_a_draft(vet, carla, ana, alma):
    draft = complete_draft(vet)
    for other in (carla, ana, alma):
        for verb in (submit_protocol, delete_draft):
            with pytest.raises(NotVisible):
                verb(other, draft.pk)
        with pytest.raises(NotVisible):
            save_draft(other, draft.pk, draft.lock_version, content())
    protocol = submit_protocol(vet, draft.pk)
    with pytest.raises(NotAllowed):
        save_draft(ana, protocol.pk, protocol.lock_version, content())


@pytest.mark.parametrize("who", ["ana", "paula", "alma", "nameless"])
def test_only_vets_with_a_profile_begin(who, request, db):
    user = factories.UserFactory() if who == "nameless" else request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        begin_draft(user, "cytology")


def test_blank_draft_is_gone_on_with_and_a_written_one_is_not(vet):
    first = begin_draft(vet, "histopathology")
    assert begin_draft(vet, "histopathology") == first
    assert begin_draft(vet, "cytology") != first
    save_draft(vet, first.pk, 1, content())
    assert begin_draft(vet, "histopathology") != first


def test_same_content_twice_is_one_save_and_no_conflict(vet):
    draft = complete_draft(vet)
    again = save_draft(vet, draft.pk, 1, content())
    assert again.lock_version == draft.lock_version == 2


def test_other_content_of_an_old_version_is_told(vet):
    draft = complete_draft(vet)
    with pytest.raises(StaleEdit):
        save_draft(vet, draft.pk, 1, content(animal="Otra"))
    draft.refresh_from_db()
    assert draft.animal == "Mora"


def test_specimens_follow_what_is_typed(vet):
    draft = begin_draft(vet, "histopathology")

    def save(*rows):
        draft.refresh_from_db()
        save_draft(vet, draft.pk, draft.lock_version, Content(specimens=rows))
        return specimens(draft)

    one, two = SpecimenRow(0, "A", "Piel"), SpecimenRow(4, "B", "Bazo", pieces=3)
    assert save(one, two) == [("A", "Piel", 1), ("B", "Bazo", 3)]
    kept = set(draft.specimens.values_list("pk", flat=True))
    assert save(one, SpecimenRow(4, "B", "Riñón")) == [("A", "Piel", 1), ("B", "Riñón", 1)]
    assert set(draft.specimens.values_list("pk", flat=True)) == kept
    # Labels that change places, a row less, rows without a label or without anything.
    assert save(SpecimenRow(0, "B", "Piel"), SpecimenRow(1, "A", "Bazo")) == [
        ("B", "Piel", 1),
        ("A", "Bazo", 1),
    ]
    assert save(SpecimenRow(1, "", "Bazo"), SpecimenRow(2, "A", "Piel")) == [
        ("B", "Bazo", 1),
        ("A", "Piel", 1),
    ]
    assert save(SpecimenRow(0, "C")) == []


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"weight_kg": -1}, "weight_kg"),
        ({"animal": "x" * 201}, "animal"),
        ({"sex": "both"}, "sex"),
        ({"clinical_history": "x" * 10_001}, "clinical_history"),
    ],
)
def test_wrong_value_is_named_and_nothing_is_saved(vet, fields, wrong):
    draft = begin_draft(vet, "histopathology")
    with pytest.raises(Incomplete) as refused:
        save_draft(vet, draft.pk, 1, content(**fields))
    assert list(refused.value.fields) == [wrong]
    assert not Specimen.objects.exists()


def test_too_many_specimens_are_refused(vet):
    draft = begin_draft(vet, "histopathology")
    with pytest.raises(Incomplete) as refused:
        save_draft(vet, draft.pk, 1, content(rows=41))
    assert list(refused.value.fields) == ["specimens"]


def test_what_no_row_can_hold_is_left_out(vet):
    draft = complete_draft(vet, animal="Mo\0ra", clinical_history="uno\r\ndos\ud800")
    draft.refresh_from_db()
    assert (draft.animal, draft.clinical_history) == ("Mora", "uno\ndos\N{REPLACEMENT CHARACTER}")


def test_deleted_draft_leaves_nothing_and_a_submitted_one_stays(vet):
    protocol = submitted(vet)
    with pytest.raises(InvalidTransition):
        delete_draft(vet, protocol.pk)
    delete_draft(vet, complete_draft(vet).pk)
    assert list(Protocol.objects.all()) == [protocol]
    assert HistopathologySample.objects.count() == 1


def test_rolled_back_submission_tells_nobody(vet):
    draft = complete_draft(vet)
    with transaction.atomic():
        submit_protocol(vet, draft.pk)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists() and not Job.objects.filter(actor="send_delivery").exists()
