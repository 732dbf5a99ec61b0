"""Who may do what: every address of ours, for every role and method. A new address fails until it is here."""

import pytest
from django.urls import get_resolver, reverse

from actors.models import Job
from lims.services.documents import open_document
from tests.factories import issued_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]

ROLES = ("nobody", "owner", "stranger", "staff", "pathologist", "admin")
LOGIN = 302
# Per address and method: the answer to each of ROLES. A document answers 202 while it is being made; a
# change that was done answers 302, to its page, and one that lacks something 409, with the form.
MATRIX = {
    ("home", "get"): (LOGIN, 302, 302, 302, 302, 302),
    ("whoami", "get"): (LOGIN, 200, 200, 200, 200, 200),
    ("healthz", "get"): (200,) * 6,
    ("readyz", "get"): (200,) * 6,
    ("work_orders", "get"): (LOGIN, 200, 200, 200, 200, 200),
    ("work_orders", "post"): (405,) * 6,
    ("work_order", "get"): (LOGIN, 200, 404, 200, 200, 200),
    ("work_order", "post"): (LOGIN, 403, 404, 409, 409, 409),
    ("work_order_issue", "get"): (405,) * 6,
    ("work_order_issue", "post"): (LOGIN, 403, 404, 302, 302, 302),
    ("work_order_cancel", "get"): (405,) * 6,
    ("work_order_cancel", "post"): (LOGIN, 403, 404, 409, 409, 409),
    ("work_order_pdf", "get"): (LOGIN, 202, 404, 202, 202, 202),
    ("work_order_pdf", "post"): (405,) * 6,
    ("work_order_pdf_status", "get"): (LOGIN, 200, 404, 200, 200, 200),
    ("work_order_pdf_status", "post"): (405,) * 6,
    ("work_order_pdf_retry", "get"): (405,) * 6,
    ("work_order_pdf_retry", "post"): (LOGIN, 302, 404, 302, 302, 302),
}
# These packages guard their own addresses; the admin's are walked in tests/lims/admin.
OTHERS = ("account_", "mfa_", "socialaccount_")


def names() -> set[str]:
    """The names of the addresses outside the admin."""
    return {name for name in get_resolver().reverse_dict if isinstance(name, str)}


@pytest.fixture
def cast(ana, bruno, carla, paula, alma):
    return dict(zip(ROLES, (None, bruno, carla, ana, paula, alma), strict=True))


@pytest.fixture
def arguments(ana, bruno):
    """What each address is about: an order of Bruno's, and the job that makes its PDF."""
    order = issued_order(ana, bruno.veterinarian)
    job_id = open_document(bruno, "work-order", order.pk).job_id
    Job.objects.filter(pk=job_id).update(state="pending")
    return {"pk": order.pk, "job_id": job_id}


def address(name: str, arguments: dict) -> str:
    (_pattern, parameters) = get_resolver().reverse_dict.getlist(name)[0][0][0]
    return reverse(name, kwargs={key: arguments[key] for key in parameters if key in arguments})


def test_every_address_is_classified():
    ours = {name for name in names() if not name.startswith(OTHERS)}
    assert ours == {name for name, _method in MATRIX}


@pytest.mark.parametrize(("name", "method"), MATRIX)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_its_answer(client, cast, arguments, name, method, role):
    if cast[role]:
        client.force_login(cast[role])
    answer = getattr(client, method)(address(name, arguments))
    assert answer.status_code == MATRIX[name, method][ROLES.index(role)]
    if role == "nobody" and answer.status_code == LOGIN:
        assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", sorted({name for name, method in MATRIX if method == "get"}))
def test_nobody_gets_a_401_in_json(client, arguments, name):
    answer = client.get(address(name, arguments), headers={"Accept": "application/json"})
    assert answer.status_code in (401, 405) or name in ("healthz", "readyz", "home")
