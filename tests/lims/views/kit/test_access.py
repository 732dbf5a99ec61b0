"""Who may do what: every address of ours, for every role and method. A new address fails until it is here."""

import pytest
from django.db import transaction
from django.urls import get_resolver, reverse

from lims.models import Role
from tests import factories
from tests.lims.views import things

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("buckets")]

# The owner is the vet whose sample it is; the author the pathologist whose report, draft and phrase it is.
ROLES = ("nobody", "owner", "stranger", "staff", "author", "colleague", "admin")
LOGIN = 302
# Per address and method: the answer to each of ROLES. A document answers 202 while it is being made; a
# change that was done answers 302, to its page, and one that lacks something 409, with the form.
MATRIX = {
    ("home", "get"): (LOGIN, 200, 200, 200, 200, 200, 200),
    ("home", "post"): (405,) * 7,
    ("statistics", "get"): (LOGIN, 403, 403, 403, 403, 403, 200),
    ("statistics", "post"): (405,) * 7,
    ("whoami", "get"): (LOGIN, 200, 200, 200, 200, 200, 200),
    ("healthz", "get"): (200,) * 7,
    ("readyz", "get"): (200,) * 7,
    ("work_orders", "get"): (LOGIN, 200, 200, 200, 200, 200, 200),
    ("work_orders", "post"): (405,) * 7,
    # Without a veterinarian: the choice of one.
    ("work_order_new", "get"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("work_order_new", "post"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("work_order_edit", "get"): (LOGIN, 403, 404, 200, 200, 200, 200),
    ("work_order_edit", "post"): (LOGIN, 403, 404, 409, 409, 409, 409),
    ("work_order_send", "get"): (405,) * 7,
    ("work_order_send", "post"): (LOGIN, 403, 404, 302, 302, 302, 302),
    ("work_order_invoice", "get"): (405,) * 7,
    # Of one that was not sent yet: back to its page, which says so.
    ("work_order_invoice", "post"): (LOGIN, 403, 404, 302, 302, 302, 302),
    ("work_order", "get"): (LOGIN, 200, 404, 200, 200, 200, 200),
    ("work_order", "post"): (LOGIN, 403, 404, 409, 409, 409, 409),
    ("work_order_issue", "get"): (405,) * 7,
    ("work_order_issue", "post"): (LOGIN, 403, 404, 302, 302, 302, 302),
    ("work_order_cancel", "get"): (405,) * 7,
    ("work_order_cancel", "post"): (LOGIN, 403, 404, 409, 409, 409, 409),
    ("work_order_pdf", "get"): (LOGIN, 202, 404, 202, 202, 202, 202),
    ("work_order_pdf", "post"): (405,) * 7,
    ("work_order_pdf_status", "get"): (LOGIN, 200, 404, 200, 200, 200, 200),
    ("work_order_pdf_status", "post"): (405,) * 7,
    ("work_order_pdf_retry", "get"): (405,) * 7,
    ("work_order_pdf_retry", "post"): (LOGIN, 302, 404, 302, 302, 302, 302),
    ("label_sheets", "get"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("label_sheets", "post"): (405,) * 7,
    # Without a protocol that was chosen: back to the list.
    ("label_sheet_new", "get"): (LOGIN, 403, 403, 302, 302, 302, 302),
    ("label_sheet_new", "post"): (405,) * 7,
    ("label_sheet_make", "get"): (405,) * 7,
    ("label_sheet_make", "post"): (LOGIN, 403, 403, 302, 302, 302, 302),
    ("label_sheet", "get"): (LOGIN, 404, 404, 200, 200, 200, 200),
    ("label_sheet", "post"): (405,) * 7,
    ("label_sheet_pdf", "get"): (LOGIN, 404, 404, 202, 202, 202, 202),
    ("label_sheet_pdf", "post"): (405,) * 7,
    ("label_sheet_pdf_status", "get"): (LOGIN, 404, 404, 200, 200, 200, 200),
    ("label_sheet_pdf_status", "post"): (405,) * 7,
    ("label_sheet_pdf_retry", "get"): (405,) * 7,
    ("label_sheet_pdf_retry", "post"): (LOGIN, 404, 404, 302, 302, 302, 302),
    ("protocols", "get"): (LOGIN, 200, 200, 200, 200, 200, 200),
    ("protocols", "post"): (405,) * 7,
    ("protocol", "get"): (LOGIN, 200, 404, 200, 200, 200, 200),
    ("protocol", "post"): (405,) * 7,
    ("reports", "get"): (LOGIN, 200, 200, 200, 200, 200, 200),
    ("reports", "post"): (405,) * 7,
    # Of an issued report.
    ("report", "get"): (LOGIN, 200, 404, 200, 200, 200, 200),
    ("report", "post"): (405,) * 7,
    ("report_pdf", "get"): (LOGIN, 302, 404, 302, 302, 302, 302),
    ("report_pdf", "post"): (405,) * 7,
    ("report_status", "get"): (LOGIN, 200, 404, 200, 200, 200, 200),
    ("report_status", "post"): (405,) * 7,
    ("report_amend", "get"): (405,) * 7,
    ("report_amend", "post"): (LOGIN, 403, 404, 403, 409, 403, 403),
    ("report_withdraw", "get"): (405,) * 7,
    ("report_withdraw", "post"): (LOGIN, 403, 404, 403, 409, 403, 403),
    # Of one that could not be issued.
    ("report_publish_retry", "get"): (405,) * 7,
    ("report_publish_retry", "post"): (LOGIN, 403, 403, 302, 302, 302, 302),
    # Of a draft, of which vets know nothing.
    ("report_write", "get"): (LOGIN, 404, 404, 403, 200, 403, 403),
    ("report_write", "post"): (LOGIN, 404, 404, 403, 409, 403, 403),
    ("report_changes", "get"): (LOGIN, 404, 404, 403, 200, 403, 403),
    ("report_changes", "post"): (405,) * 7,
    ("report_discard", "get"): (405,) * 7,
    ("report_discard", "post"): (LOGIN, 404, 404, 403, 302, 403, 403),
    ("report_finalize", "get"): (405,) * 7,
    ("report_finalize", "post"): (LOGIN, 404, 404, 403, 302, 403, 403),
    ("report_images", "get"): (405,) * 7,
    ("report_images", "post"): (LOGIN, 404, 404, 403, 302, 403, 403),
    ("report_image_order", "get"): (405,) * 7,
    ("report_image_order", "post"): (LOGIN, 404, 404, 403, 302, 403, 403),
    ("report_images_state", "get"): (LOGIN, 404, 404, 403, 200, 403, 403),
    ("report_images_state", "post"): (405,) * 7,
    ("report_image", "get"): (405,) * 7,
    ("report_image", "post"): (LOGIN, 404, 404, 403, 302, 403, 403),
    ("report_image_remove", "get"): (405,) * 7,
    ("report_image_remove", "post"): (LOGIN, 404, 404, 403, 302, 403, 403),
    ("report_image_retry", "get"): (405,) * 7,
    ("report_image_retry", "post"): (LOGIN, 404, 404, 403, 302, 403, 403),
    ("report_image_picture", "get"): (LOGIN, 404, 404, 302, 302, 302, 302),
    ("report_image_picture", "post"): (405,) * 7,
    # Of a protocol that is ready.
    ("report_begin", "get"): (405,) * 7,
    ("report_begin", "post"): (LOGIN, 403, 404, 403, 302, 302, 403),
    ("report_worklist", "get"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("report_worklist", "post"): (405,) * 7,
    ("phrases", "get"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("phrases", "post"): (LOGIN, 403, 403, 403, 409, 409, 409),
    ("phrase", "get"): (405,) * 7,
    ("phrase", "post"): (LOGIN, 404, 404, 404, 409, 404, 404),
    ("phrase_remove", "get"): (405,) * 7,
    ("phrase_remove", "post"): (LOGIN, 404, 404, 404, 302, 404, 404),
    ("deliveries", "get"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("deliveries", "post"): (405,) * 7,
    ("delivery_resend", "get"): (405,) * 7,
    ("delivery_resend", "post"): (LOGIN, 404, 404, 409, 409, 409, 409),
    ("delivery_settle", "get"): (405,) * 7,
    ("delivery_settle", "post"): (LOGIN, 404, 404, 302, 302, 302, 302),
    # Of an order; tests/lims/views/history/test_audit.py has what administrators alone see.
    ("audit", "get"): (LOGIN, 403, 404, 200, 200, 200, 200),
    ("audit", "post"): (405,) * 7,
    ("notifications", "get"): (LOGIN, 200, 200, 200, 200, 200, 200),
    ("notifications", "post"): (405,) * 7,
    ("notifications_read", "get"): (405,) * 7,
    ("notifications_read", "post"): (LOGIN, 302, 302, 302, 302, 302, 302),
    # The owner's own.
    ("notification", "get"): (405,) * 7,
    ("notification", "post"): (LOGIN, 302, 404, 404, 404, 404, 404),
    ("operations", "get"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("operations", "post"): (405,) * 7,
    # The author's own, about samples of the owner's.
    ("operation", "get"): (LOGIN, 404, 404, 404, 200, 404, 200),
    ("operation", "post"): (405,) * 7,
    ("operation_status", "get"): (LOGIN, 404, 404, 404, 200, 404, 200),
    ("operation_status", "post"): (405,) * 7,
    ("operation_cancel", "get"): (405,) * 7,
    ("operation_cancel", "post"): (LOGIN, 404, 404, 404, 302, 404, 302),
    ("operation_resume", "get"): (405,) * 7,
    ("operation_resume", "post"): (LOGIN, 404, 404, 404, 302, 404, 302),
    ("operation_retry", "get"): (405,) * 7,
    ("operation_retry", "post"): (LOGIN, 404, 404, 404, 302, 404, 302),
    # Without an action; tests/lims/views/operations/test_operations_preview.py has who may ask for which.
    ("operation_preview", "get"): (LOGIN, 404, 404, 404, 404, 404, 404),
    ("operation_preview", "post"): (LOGIN, 404, 404, 404, 404, 404, 404),
    ("operation_start", "get"): (405,) * 7,
    ("operation_start", "post"): (LOGIN, 404, 404, 404, 404, 404, 404),
    ("protocols_receive", "get"): (405,) * 7,
    ("protocols_receive", "post"): (LOGIN, 403, 403, 409, 409, 409, 409),
    ("reception", "get"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("reception", "post"): (405,) * 7,
    # Of the owner's submitted one, without what came or why; and of a rejected one.
    ("reception_sample", "get"): (LOGIN, 403, 404, 200, 200, 200, 200),
    ("reception_sample", "post"): (LOGIN, 403, 404, 409, 409, 409, 409),
    ("reception_reject", "get"): (405,) * 7,
    ("reception_reject", "post"): (LOGIN, 403, 404, 409, 409, 409, 409),
    ("reception_return", "get"): (405,) * 7,
    ("reception_return", "post"): (LOGIN, 403, 404, 409, 409, 409, 409),
    # Of a received one, without what came.
    ("reception_correct", "get"): (LOGIN, 403, 404, 200, 200, 200, 200),
    ("reception_correct", "post"): (LOGIN, 403, 404, 409, 409, 409, 409),
    ("reception_batch", "get"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("reception_batch", "post"): (LOGIN, 403, 403, 302, 302, 302, 302),
    # Of what the author is scanning; of another's batch nothing is taken, and that is no mistake.
    ("reception_batch_remove", "get"): (405,) * 7,
    ("reception_batch_remove", "post"): (LOGIN, 403, 403, 302, 302, 302, 302),
    ("reception_batch_discard", "get"): (405,) * 7,
    ("reception_batch_discard", "post"): (LOGIN, 403, 403, 404, 302, 404, 404),
    ("reception_batch_receive", "get"): (405,) * 7,
    ("reception_batch_receive", "post"): (LOGIN, 403, 403, 404, 302, 404, 404),
    # Of a draft, which its vet alone sees.
    ("protocol_begin", "get"): (405,) * 7,
    ("protocol_begin", "post"): (LOGIN, 409, 409, 403, 403, 403, 403),
    ("protocol_edit", "get"): (LOGIN, 200, 404, 404, 404, 404, 404),
    ("protocol_edit", "post"): (LOGIN, 409, 404, 404, 404, 404, 404),
    ("protocol_submit", "get"): (405,) * 7,
    ("protocol_submit", "post"): (LOGIN, 302, 404, 404, 404, 404, 404),
    ("protocol_delete", "get"): (405,) * 7,
    ("protocol_delete", "post"): (LOGIN, 302, 404, 404, 404, 404, 404),
    ("protocol_patients", "get"): (LOGIN, 200, 200, 403, 403, 403, 403),
    ("protocol_patients", "post"): (405,) * 7,
    ("protocol_sheet", "get"): (LOGIN, 200, 404, 200, 200, 200, 200),
    ("protocol_sheet", "post"): (405,) * 7,
    ("profile", "get"): (LOGIN, 200, 200, 200, 200, 200, 200),
    ("profile", "post"): (LOGIN, 409, 409, 409, 409, 409, 409),
    ("veterinarians", "get"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("veterinarians", "post"): (405,) * 7,
    ("veterinarian", "get"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("veterinarian", "post"): (405,) * 7,
    ("veterinarian_verify", "get"): (405,) * 7,
    ("veterinarian_verify", "post"): (LOGIN, 403, 403, 302, 302, 302, 302),
    ("veterinarian_unverify", "get"): (405,) * 7,
    ("veterinarian_unverify", "post"): (LOGIN, 403, 403, 302, 302, 302, 302),
    ("processing", "get"): (LOGIN, 403, 403, 200, 200, 200, 200),
    ("processing", "post"): (405,) * 7,
    # Without anything chosen.
    ("processing_mark", "get"): (405,) * 7,
    ("processing_mark", "post"): (LOGIN, 403, 403, 409, 409, 409, 409),
    ("processing_labels", "get"): (405,) * 7,
    ("processing_labels", "post"): (LOGIN, 403, 403, 409, 409, 409, 409),
    # Of a protocol in process that lacks nothing.
    ("protocol_processing", "get"): (LOGIN, 403, 404, 200, 200, 200, 200),
    ("protocol_processing", "post"): (405,) * 7,
    ("cassettes_add", "get"): (405,) * 7,
    ("cassettes_add", "post"): (LOGIN, 403, 404, 409, 409, 409, 409),
    ("slides_add", "get"): (405,) * 7,
    ("slides_add", "post"): (LOGIN, 403, 404, 409, 409, 409, 409),
    ("protocol_ready", "get"): (405,) * 7,
    ("protocol_ready", "post"): (LOGIN, 403, 404, 302, 302, 302, 302),
    ("request_make", "get"): (405,) * 7,
    ("request_make", "post"): (LOGIN, 403, 404, 403, 409, 409, 403),
    ("cassette_remove", "get"): (405,) * 7,
    ("cassette_remove", "post"): (LOGIN, 403, 404, 302, 302, 302, 302),
    ("slide_remove", "get"): (405,) * 7,
    ("slide_remove", "post"): (LOGIN, 403, 404, 302, 302, 302, 302),
    ("cassette_undo", "get"): (405,) * 7,
    ("cassette_undo", "post"): (LOGIN, 403, 404, 409, 409, 409, 409),
    ("slide_undo", "get"): (405,) * 7,
    ("slide_undo", "post"): (LOGIN, 403, 404, 409, 409, 409, 409),
    ("request_finish", "get"): (405,) * 7,
    ("request_finish", "post"): (LOGIN, 404, 404, 302, 302, 302, 302),
    ("verify", "get"): (200,) * 7,
    ("verify", "post"): (405,) * 7,
    ("verify_report", "get"): (200,) * 7,
    ("verify_report", "post"): (405,) * 7,
}
# For everybody, or not of ours to answer in JSON.
WITHOUT_401 = ("healthz", "readyz", "home", "verify", "verify_report")
# These packages guard their own addresses; the admin's are walked in tests/lims/admin.
OTHERS = ("account_", "mfa_", "socialaccount_")


def names() -> set[str]:
    """The names of the addresses outside the admin."""
    return {name for name in get_resolver().reverse_dict if isinstance(name, str)}


@pytest.fixture
def cast(ana, bruno, carla, paula, alma):
    colleague = factories.PathologistFactory(staff_member__user__email="quique@lab.test").staff_member.user
    assert colleague.role == Role.PATHOLOGIST
    return dict(zip(ROLES, (None, bruno, carla, ana, paula, colleague, alma), strict=True))


def address(name: str, arguments: dict) -> str:
    (_pattern, parameters) = get_resolver().reverse_dict.getlist(name)[0][0][0]
    return reverse(name, kwargs={key: arguments[key] for key in parameters if key in arguments})


def test_every_address_is_classified():
    ours = {name for name in names() if not name.startswith(OTHERS)}
    assert ours == {name for name, _method in MATRIX}


@pytest.mark.parametrize(("name", "method"), MATRIX)
def test_each_role_gets_its_answer(client, cast, name, method):
    expected = dict(zip(ROLES, MATRIX[name, method], strict=True))
    # The method is refused before anybody is looked at.
    asked = ("nobody", "admin") if set(expected.values()) == {405} else ROLES
    url = address(name, things.about(name, cast["owner"], cast["author"]))
    answers = {role: ask(client, cast[role], method, url) for role in asked}
    assert answers == {role: expected[role] for role in asked}


def ask(client, user, method: str, url: str) -> int:
    """Return the status of an answer whose changes are undone, so that each role finds the same thing."""
    with transaction.atomic():
        client.logout()
        if user:
            client.force_login(user)
        answer = getattr(client, method)(url)
        transaction.set_rollback(True)
    if user is None and answer.status_code == LOGIN:
        assert answer["Location"].startswith(reverse("account_login"))
    return answer.status_code


@pytest.mark.parametrize("name", sorted({name for name, method in MATRIX if method == "get"}))
def test_nobody_gets_a_401_in_json(client, cast, name):
    url = address(name, things.about(name, cast["owner"], cast["author"]))
    answer = client.get(url, headers={"Accept": "application/json"})
    assert answer.status_code in (401, 405) or name in WITHOUT_401
