"""Makes things for tests: small, valid, and different only where a test says so."""

from datetime import date
from decimal import Decimal

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone

from lims.models import (
    Laboratory,
    Price,
    Protocol,
    Role,
    StaffMember,
    User,
    Veterinarian,
    WorkOrder,
)
from lims.services.work_orders import Line, create_work_order, issue_work_order

PASSWORD = "demo-lamina"  # noqa: S105  (a test's)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@lab.test")
    role = Role.VETERINARIAN
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def verified(self, create, extracted, **kwargs):
        if create and extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class VeterinarianFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Veterinarian

    user = factory.SubFactory(UserFactory)
    first_names = factory.Sequence(lambda n: f"Vet {n}")
    last_names = "Pérez"
    licence = factory.Sequence(lambda n: f"MP {1000 + n}")
    clinic = "Clínica del Sur"


class StaffMemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StaffMember

    user = factory.SubFactory(UserFactory, role=Role.STAFF)
    first_names = "Ana"
    last_names = "Suárez"


class ProtocolFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Protocol

    kind = "histopathology"
    status = "ready"
    number = factory.Sequence(lambda n: f"HP 26/{n:03d}")
    veterinarian = factory.SubFactory(VeterinarianFactory)
    animal = "Firulais"
    species = "Canino"
    received_at = factory.LazyFunction(timezone.now)


class PriceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Price

    service = factory.Sequence(lambda n: f"HP-{n}")
    description = "Biopsia, una pieza"
    price = Decimal("1000.00")
    valid_from = date(2020, 1, 1)


def laboratory(**fields) -> Laboratory:
    """Return the laboratory's one row, with these fields changed."""
    values = {"name": "Laboratorio de Patología Veterinaria"} | fields
    return Laboratory.objects.update_or_create(pk=1, defaults=values)[0]


def draft_order(by: User, veterinarian: Veterinarian, lines: int = 1, **billing) -> WorkOrder:
    """Return a draft order of a veterinarian with so many lines, all of one protocol."""
    protocol = ProtocolFactory(veterinarian=veterinarian)
    line = Line(protocol.pk, "HP", "Biopsia, una pieza", unit_price=Decimal("1000.00"))
    return create_work_order(by, veterinarian, [line] * lines, **billing)


def issued_order(by: User, veterinarian: Veterinarian, lines: int = 1, **billing) -> WorkOrder:
    """Return an issued order of a veterinarian with so many lines."""
    return issue_work_order(by, draft_order(by, veterinarian, lines, **billing).pk)
