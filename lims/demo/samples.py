"""What a veterinarian writes about one sample: the patient, its owner, the history. Some of it is hostile."""

import random
from decimal import Decimal
from typing import Any

from lims.demo import hostile, texts
from lims.models import ProtocolStatus as Status

# Every so many protocols have a hostile name or text.
HOSTILE_NAME_EVERY = 11
HOSTILE_TEXT_EVERY = 13

_SHARES = [share for _, share, *_ in texts.SPECIES]


def patient(rng: random.Random, index: int) -> dict[str, Any]:
    """Return the fields of the animal and its owner."""
    [(species, _, (from_kg, to_kg), breeds)] = rng.choices(texts.SPECIES, _SHARES)
    return {
        "animal": _animal(rng, index),
        "species": species,
        "breed": rng.choice(breeds),
        "sex": rng.choice(("female", "male", "unknown")),
        "neutered": rng.choice((True, False, None)),
        "age": rng.choice(texts.AGES),
        "weight_kg": Decimal(rng.randrange(from_kg * 10, to_kg * 10)) / 10,
        "chip": str(rng.randrange(9 * 10**14, 10**15)) if rng.random() < 0.2 else "",
        "owner_first_names": rng.choice(texts.FIRST_NAMES),
        "owner_last_names": rng.choice(texts.LAST_NAMES),
    }


def history(rng: random.Random, index: int, sex: str) -> dict[str, Any]:
    """Return what is known and suspected of the lesion of an animal of this sex."""
    sites = [site for site in texts.SITES if texts.SITE_SEX.get(site, sex) == sex]
    site, lesion = rng.choice(sites), rng.choice(texts.LESIONS)
    clinical = f"{site.capitalize()}: {lesion}. {rng.choice(texts.COURSES)} {rng.choice(texts.COURSES)}"
    if index % HOSTILE_TEXT_EVERY == 7:
        clinical = hostile.pick(hostile.TEXTS, index // HOSTILE_TEXT_EVERY, 10_000)
    return {
        "clinical_history": clinical,
        "presumptive_diagnosis": " / ".join(rng.sample(texts.DIAGNOSES, rng.choice((1, 1, 2)))),
        "academic_use": rng.random() < 0.7,
    }


def reception(rng: random.Random, status: Status) -> dict[str, Any]:
    """Return what the laboratory wrote down when the sample came."""
    if status == Status.REJECTED:
        return {"sample_condition": "rejected", "rejection_reason": rng.choice(texts.REJECTIONS)}
    return {
        "sample_condition": rng.choice(("optimal", "optimal", "acceptable", "suboptimal")),
        "reception_notes": rng.choice(texts.RECEPTION_NOTES),
        "discrepancies": rng.choice(texts.DISCREPANCIES) if rng.random() < 0.08 else "",
    }


def _animal(rng: random.Random, index: int) -> str:
    if index % HOSTILE_NAME_EVERY == 5:
        return hostile.pick(hostile.NAMES, index // HOSTILE_NAME_EVERY, 200)
    return rng.choice(texts.ANIMALS)
