"""The demo's accounts and veterinarians."""

import random
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from lims.demo import signature, texts
from lims.models import Pathologist, Role, StaffMember, User, VatCondition, Veterinarian
from lims.services.kit import assets, tax_ids

ADMIN_EMAIL = "admin@demo.test"
PASSWORD = "demo-lamina"  # noqa: S105  (public: these accounts exist in demos on loopback only)

STAFF = (
    ("staff@demo.test", "Ana", "Suárez", "Técnica"),
    ("pathologist@demo.test", "Paula", "Rivas", "Patóloga"),
    (ADMIN_EMAIL, "Alma", "Torres", "Administración"),
)


@dataclass(frozen=True)
class Cast:
    """Who acts in the demo; `veterinarians` begins with those of vet@demo.test and other-vet@demo.test."""

    admin: User
    staff: User
    pathologist: Pathologist
    veterinarians: list[Veterinarian]


def create_people(rng: random.Random, now: datetime) -> Cast:
    """Create all accounts, with verified addresses and one password, and return who acts."""
    users = _create_users(now)
    StaffMember.objects.bulk_create(
        StaffMember(user=users[email], first_names=first, last_names=last, position=position)
        for email, first, last, position in STAFF
    )
    pathologist = _create_pathologist(users["pathologist@demo.test"])
    veterinarians = _create_veterinarians(rng, users, now)
    return Cast(users[ADMIN_EMAIL], users["staff@demo.test"], pathologist, veterinarians)


def _create_users(now: datetime) -> dict[str, User]:
    roles = dict(zip((email for email, *_ in STAFF), (Role.STAFF, Role.PATHOLOGIST, Role.ADMIN), strict=True))
    roles |= dict.fromkeys(_veterinarian_emails(), Role.VETERINARIAN)
    password = make_password(PASSWORD)  # hashed once: hashing is slow on purpose
    users = User.objects.bulk_create(
        User(
            email=email,
            role=role,
            password=password,
            language="en" if email == "other-vet@demo.test" else "es",
            date_joined=now,
        )
        for email, role in roles.items()
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    return {user.email: user for user in users}


def _create_pathologist(user: User) -> Pathologist:
    drawn = signature.draw_signature()
    return Pathologist.objects.create(
        staff_member=StaffMember.objects.get(user=user),
        licence="MP 5127",
        specialty="Especialista en anatomía patológica veterinaria",
        contact="patologia@demo.test, +54 249 438-5850",
        signature_id=assets.keep(drawn, "image/png", signature.WIDTH_PX, signature.HEIGHT_PX),
        may_sign=True,
    )


def _veterinarian_emails() -> list[str]:
    others = [f"vet{position}@demo.test" for position in range(1, len(texts.VETERINARIANS) + 1)]
    return ["vet@demo.test", "other-vet@demo.test", *others]


def _create_veterinarians(rng: random.Random, users: dict[str, User], now: datetime) -> list[Veterinarian]:
    known = [
        ("Bruno", "Álvarez", "Veterinaria del Centro", "Pergamino"),
        ("Carla", "Méndez", "Hospital Veterinario Sur", "Bahía Blanca"),
        *texts.VETERINARIANS,
    ]
    rows = []
    for position, (email, person) in enumerate(zip(_veterinarian_emails(), known, strict=True)):
        row = _veterinarian(rng, users[email], position, *person)
        # The last two wait for the laboratory to verify them.
        if position < len(known) - 2:
            row.verified_at, row.verified_by = now, users[ADMIN_EMAIL]
        rows.append(row)
    return Veterinarian.objects.bulk_create(rows)


def _veterinarian(
    rng: random.Random, user: User, position: int, first: str, last: str, clinic: str, town: str
) -> Veterinarian:
    number = 20_000_000 + rng.randrange(20_000_000)
    conditions = list(VatCondition)
    return Veterinarian(
        user=user,
        first_names=first,
        last_names=last,
        licence=f"MP {rng.randrange(1_000, 9_999)}",
        national_id=str(number),
        tax_id=tax_ids.with_check_digit(f"20{number}"),
        vat_condition=conditions[position % len(conditions)],
        phone=f"+54 9 249 {rng.randrange(4_000_000, 4_999_999)}",
        clinic=clinic,
        address=f"Av. San Martín {rng.randrange(100, 3_000)}, {town}",
    )
