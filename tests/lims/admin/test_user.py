"""Accounts, as administrators make and change them."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from lims.models import User
from tests import factories
from tests.lims.admin.saving import save

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/lims/user/", "/admin/lims/user/add/"


def page(user: User) -> str:
    return f"/admin/lims/user/{user.pk}/change/"


def typed(user: User, **changed) -> dict:
    shown = {"email": user.email, "role": user.role, "language": user.language, "is_active": "on"}
    return {name: value for name, value in (shown | changed).items() if value is not None}


def errors(response) -> set[str]:
    return set(response.context["adminform"].form.errors)


def test_new_account_has_an_unverified_address_and_its_password(admin):
    password = "larga-y-rara-42"
    values = {"email": " Nueva@Lab.test", "role": "staff", "language": "en", "usable_password": "true"}
    assert admin.post(ADD, values | {"password1": password, "password2": password}).status_code == 302
    user = User.objects.get(email="nueva@lab.test")
    assert (user.role, user.language, user.check_password(password)) == ("staff", "en", True)
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.primary, address.verified) == ("nueva@lab.test", True, False)


@pytest.mark.parametrize("password", ["123", "demo"])
def test_weak_password_is_refused(admin, password):
    values = {"email": "nueva@lab.test", "role": "staff", "language": "es", "usable_password": "true"}
    assert errors(admin.post(ADD, values | {"password1": password, "password2": password})) == {"password2"}
    assert not User.objects.filter(email="nueva@lab.test").exists()


def test_taken_address_is_told_beside_its_field(admin, ana, bruno):
    assert errors(save(admin, page(ana), typed(ana, email="BRUNO@lab.test"))) == {"email"}
    ana.refresh_from_db()
    assert ana.email == "ana@lab.test"


def test_new_address_has_to_be_verified_anew(admin, ana):
    assert save(admin, page(ana), typed(ana, email="ana.suarez@lab.test")).status_code == 302
    addresses = EmailAddress.objects.filter(user=ana).values_list("email", "verified", "primary")
    assert list(addresses) == [("ana.suarez@lab.test", False, True)]


def test_other_changes_keep_the_verified_address(admin, ana):
    save(admin, page(ana), typed(ana, role="pathologist", language="en"))
    ana.refresh_from_db()
    assert (ana.role, ana.language) == ("pathologist", "en")
    assert EmailAddress.objects.get(user=ana).verified


@pytest.mark.parametrize(
    ("changed", "field"), [({"role": "staff"}, "role"), ({"is_active": None}, "is_active")]
)
def test_administrators_do_not_shut_themselves_out(admin, alma, changed, field):
    assert errors(save(admin, page(alma), typed(alma, **changed))) == {field}
    alma.refresh_from_db()
    assert alma.is_active and alma.is_superuser


def test_accounts_are_never_deleted(admin, ana):
    assert admin.post(f"/admin/lims/user/{ana.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [ana.pk], "post": "yes"}
    admin.post(LIST, chosen)
    assert User.objects.filter(pk=ana.pk).exists()


def test_password_is_set_anew(admin, ana):
    password = "otra-larga-y-rara-42"
    values = {"usable_password": "true", "password1": password, "password2": password}
    assert admin.post(f"/admin/lims/user/{ana.pk}/password/", values).status_code == 302
    ana.refresh_from_db()
    assert ana.check_password(password)


def test_address_is_verified_by_hand(admin):
    user = factories.UserFactory(verified=False)
    admin.post(LIST, {"action": "verify", "_selected_action": [user.pk]})
    assert EmailAddress.objects.get(user=user).verified


def test_lost_second_factor_is_removed(admin, ana, bruno):
    for user in (ana, bruno):
        Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    admin.post(LIST, {"action": "remove_factors", "_selected_action": [ana.pk]})
    assert list(Authenticator.objects.values_list("user", flat=True)) == [bruno.pk]
