"""A CUIT is taken however it is typed and only if it can be one; a client may be of another country."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.errors import Incomplete
from lims.services.kit.tax_ids import spelled, with_check_digit, wrong_cuit, wrong_of_client
from lims.services.laboratory.laboratory import change_laboratory
from lims.services.work_orders.work_orders import change_work_order, create_work_order
from tests import factories

# The second is a tax authority's own, which is public.
RIGHT = ["20-12345678-6", "33-69345023-9", "27-12345678-0", "30-99999999-5"]
WRONG = ["20-12345678-5", "20-12345679-6", "99-12345678-6", "20-1234567-6", "20-123456789-6", "12345678"]
FOREIGN = ["211234560017", "76.123.456-K", "B-12345678", "BR 123.456.789-09", "12.345.678", ""]


@pytest.mark.parametrize("text", RIGHT)
@pytest.mark.parametrize("way", ["{}-{}-{}", " {}-{}-{} ", "{}{}{}", "{}.{}.{}", "{} {} {}"])
def test_right_one_is_spelled_in_one_way(text, way):
    assert spelled(way.format(*text.split("-"))) == text
    assert wrong_cuit(text) == wrong_of_client(text) == ""


@pytest.mark.parametrize("text", WRONG)
def test_wrong_one_is_told(text):
    assert "20-12345678-6" in wrong_cuit(spelled(text))


@pytest.mark.parametrize("text", WRONG[:-1])
def test_a_client_with_what_looks_like_one_needs_a_right_one(text):
    assert wrong_of_client(spelled(text))


@pytest.mark.parametrize("text", FOREIGN)
def test_a_client_may_have_another_countrys_or_none(text):
    assert spelled(text) == text
    assert wrong_of_client(text) == ""


@given(st.sampled_from(["20", "27", "30"]), st.integers(0, 99_999_999), st.integers(0, 9))
def test_another_check_digit_is_never_right(prefix, number, digit):
    right = with_check_digit(f"{prefix}{number:08}")
    assert wrong_cuit(right) == "" and spelled(right) == right
    assert (wrong_cuit(right[:-1] + str(digit)) == "") is (right[-1] == str(digit))


@given(st.text())
def test_any_text_has_one_spelling_and_a_clients_rule_is_the_laxer_one(text):
    assert spelled(spelled(text)) == spelled(text)
    assert not wrong_of_client(text) or wrong_cuit(text)


def test_laboratorys_own_is_checked_once_it_changes(alma):
    factories.laboratory(tax_id="30-99999999-7")
    assert change_laboratory(alma, name="Otro", tax_id="30999999997").tax_id == "30-99999999-7"
    with pytest.raises(Incomplete) as refused:
        change_laboratory(alma, tax_id="30-99999999-8")
    assert set(refused.value.fields) == {"tax_id"}
    assert change_laboratory(alma, tax_id="30999999995").tax_id == "30-99999999-5"
    assert change_laboratory(alma, tax_id="").tax_id == ""


def test_order_takes_the_vets_and_checks_what_is_typed(ana, bruno):
    vet = bruno.veterinarian
    vet.tax_id = "20-12345678-9"
    order = factories.draft_order(ana, vet)
    assert order.billing_tax_id == vet.tax_id
    for typed in ("20-12345678-5", "20-1234567-6"):
        with pytest.raises(Incomplete) as refused:
            change_work_order(ana, order.pk, 1, billing_tax_id=typed)
        assert set(refused.value.fields) == {"billing_tax_id"}
        with pytest.raises(Incomplete):
            create_work_order(ana, vet, [], billing_tax_id=typed)
    changed = change_work_order(ana, order.pk, 1, billing_tax_id="20 12345678 6")
    assert (changed.billing_tax_id, changed.lock_version) == ("20-12345678-6", 2)
    # The same, typed in another way, is no change and no conflict.
    assert change_work_order(ana, order.pk, 1, billing_tax_id="20123456786").lock_version == 2
    assert change_work_order(ana, order.pk, 2, billing_tax_id="UY 211234560017").lock_version == 3
