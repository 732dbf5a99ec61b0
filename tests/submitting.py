"""Drafts of protocols as vets write them, by the services alone."""

from datetime import date
from decimal import Decimal

from lims.models import Protocol, User
from lims.services.protocols.submission_content import Content, SpecimenRow
from lims.services.protocols.submissions import begin_draft, save_draft, submit_protocol

PATIENT = {
    "animal": "Mora",
    "species": "Canino",
    "breed": "Labrador",
    "sex": "female",
    "neutered": True,
    "weight_kg": Decimal("12.5"),
    "collected_on": date(2026, 1, 5),
    "owner_last_names": "Pérez",
}
SAMPLES = {
    "histopathology": {"preservation": "Formol 10 %", "containers_declared": 2},
    "cytology": {"technique": "fna", "slides_declared": 3},
}


def content(kind: str = "histopathology", rows: int = 1, **fields) -> Content:
    """Return the content of a complete draft with so many specimens; `fields` replace the patient's."""
    specimens = [SpecimenRow(row, site=f"Piel, {row}", side="left") for row in range(rows)]
    return Content(PATIENT | fields, SAMPLES[kind], specimens)


def complete_draft(vet: User, kind: str = "histopathology", rows: int = 1, **fields) -> Protocol:
    """Return a vet's new draft that lacks nothing."""
    draft = begin_draft(vet, kind)
    return save_draft(vet, draft.pk, draft.lock_version, content(kind, rows, **fields))


def submitted(vet: User, kind: str = "histopathology") -> Protocol:
    """Return a protocol that a verified vet has just submitted."""
    return submit_protocol(vet, complete_draft(vet, kind).pk)
