"""A vet's own patients of before, offered while a protocol is written."""

from dataclasses import dataclass
from itertools import islice

from django.db.models import Q

from lims.models import Protocol, User
from lims.models.people import full_name
from lims.services.kit.texts import normalize

FIELDS = ("animal", "species", "breed", "sex", "neutered", "chip", "owner_first_names", "owner_last_names")
SEARCHED = ("animal", "chip", "owner_first_names", "owner_last_names")
OFFERED_MAX = 6
# So many of the newest are looked at: a vet's thousandth patient is not offered by chance.
READ_MAX = 300


@dataclass(frozen=True)
class Patient:
    """An animal and its owner, as the vet last wrote them."""

    animal: str
    species: str
    breed: str
    sex: str
    neutered: bool | None
    chip: str
    owner_first_names: str
    owner_last_names: str

    @property
    def owner(self) -> str:
        return full_name(self.owner_first_names, self.owner_last_names)


def previous_patients(by: User, text: str, except_pk: int | None = None) -> list[Patient]:
    """Return the vet's own patients whose name, chip or owner has each word in it, newest first."""
    if not by.is_veterinarian:
        return []
    found = Protocol.objects.visible_to(by).exclude(animal="").exclude(pk=except_pk)
    for word in normalize(text).split()[:5]:
        found = found.filter(_mentions(word))
    rows = found.order_by("-pk").values(*FIELDS)[:READ_MAX]
    patients: dict[tuple, Patient] = {}
    for row in rows:
        patients.setdefault(_same(row), Patient(**row))
    return list(islice(patients.values(), OFFERED_MAX))


def _same(row: dict) -> tuple:
    return tuple(str(row[name]).casefold() for name in ("animal", "species", "owner_last_names"))


def _mentions(word: str) -> Q:
    found = Q()
    for name in SEARCHED:
        found |= Q(**{f"{name}__icontains": word})
    return found
