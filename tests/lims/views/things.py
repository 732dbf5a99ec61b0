"""What each address is about: a fresh thing of a vet's or a pathologist's, in the state that it needs."""

from collections.abc import Callable

from actors.models import Job
from lims.models import (
    Cassette,
    Delivery,
    Notification,
    Phrase,
    ReceptionBatch,
    ReportImage,
    RequestKind,
    Slide,
    User,
)
from lims.services.bench.cassettes import NewCassette, add_cassettes
from lims.services.bench.requests import Wish, request_more
from lims.services.labels.sheets import make_sheet
from lims.services.pdfs.opening import open_document
from lims.services.reception.batches import open_batch
from lims.services.reception.receiving import Received, receive_sample
from tests import factories, operating, submitting

Thing = Callable[[User, User], dict]


def about(name: str, owner: User, author: User) -> dict:
    """Return the arguments of an address for a thing that is made anew; a list needs none."""
    return THINGS[name](owner, author) if name in THINGS else {}


def _order(owner: User, author: User) -> dict:
    order = factories.issued_order(author, owner.veterinarian)
    job_id = open_document(owner, "work-order", order.pk).job_id
    Job.objects.filter(pk=job_id).update(state="pending")
    return {"kind": "work-order", "pk": order.pk, "job_id": job_id}


def _sheet(owner: User, author: User) -> dict:
    sheet = make_sheet(author, [factories.ready_protocol(owner.veterinarian).pk])
    job_id = open_document(author, "label-sheet", sheet.pk).job_id
    Job.objects.filter(pk=job_id).update(state="pending")
    return {"pk": sheet.pk, "job_id": job_id}


def _report(make: Callable, owner: User, author: User):
    protocol = factories.ready_protocol(owner.veterinarian)
    return make(author.staff_member.pathologist, protocol)


def _protocol(owner: User, author: User) -> dict:
    protocol = factories.ready_protocol(owner.veterinarian)
    return {"pk": protocol.pk, "protocol_pk": protocol.pk}


def _submission(owner: User, author: User) -> dict:
    return {"pk": submitting.complete_draft(factories.verify(owner)).pk}


def _with_sheet(owner: User, author: User) -> dict:
    return {"pk": submitting.submitted(factories.verify(owner)).pk}


def _veterinarian(owner: User, author: User) -> dict:
    return {"pk": owner.veterinarian.pk}


def _draft(owner: User, author: User) -> dict:
    draft = _report(factories.draft_report, owner, author)
    image = ReportImage.objects.create(
        report=draft, position=1, state="ready", sha256="0" * 64, width_px=1, height_px=1
    )
    return {"pk": draft.pk, "image_pk": image.pk}


def _failed(owner: User, author: User) -> dict:
    report = _report(factories.finalized_report, owner, author)
    Job.objects.filter(ref=str(report.pk)).update(state="failed")
    return {"pk": report.pk}


def _archived(owner: User, author: User) -> dict:
    report = _report(factories.archived_report, owner, author)
    return {"pk": report.pk, "token": report.verification_token}


def _issued(owner: User, author: User) -> dict:
    return {"pk": _report(factories.issued_report, owner, author).pk}


def _delivery(owner: User, author: User) -> dict:
    report = _report(factories.archived_report, owner, author)
    return {"pk": failed_delivery(report, owner).pk}


def failed_delivery(report, recipient: User, **fields) -> Delivery:
    """Return a message about a report that the recipient's server refused."""
    values = {
        "kind": "report_issued",
        "address": recipient.email,
        "language": "es",
        "state": "failed",
        "response": "550 5.1.1 no such user",
        "message_id": f"<{report.pk}-{recipient.pk}@lab.test>",
    }
    return Delivery.objects.create(report=report, recipient=recipient, **values | fields)


def _notification(owner: User, author: User) -> dict:
    told = Notification.objects.create(user=owner, kind="report_issued", subject="HP 26/1", path="/reports/")
    return {"pk": told.pk}


def _phrase(owner: User, author: User) -> dict:
    phrase = Phrase.objects.create(owner=author.staff_member.pathologist, title="Márgenes", text="Libres.")
    return {"pk": phrase.pk}


def _operation(owner: User, author: User) -> dict:
    return {"pk": operating.start(author, operating.submitted(2, [owner.veterinarian])).pk}


def _submitted(owner: User, author: User) -> dict:
    return {"pk": operating.submitted(1, [owner.veterinarian])[0].pk}


def _rejected(owner: User, author: User) -> dict:
    return {"pk": operating.submitted(1, [owner.veterinarian], status="rejected")[0].pk}


def _received(owner: User, author: User) -> dict:
    (sample,) = operating.submitted(1, [owner.veterinarian])
    return {"pk": receive_sample(author, sample.pk, 1, Received("optimal", 1)).pk}


def _batch(owner: User, author: User) -> dict:
    batch = open_batch(author) or ReceptionBatch.objects.create(opened_by=author)
    batch.samples.create(protocol=operating.submitted(1, [owner.veterinarian])[0])
    return {"pk": batch.pk}


def _sample(owner: User, author: User) -> dict:
    batch = ReceptionBatch.objects.get(**_batch(owner, author))
    return {"pk": batch.samples.values_list("pk", flat=True)[0]}


def _in_process(owner: User, author: User) -> dict:
    return {"pk": factories.ready_protocol(owner.veterinarian, status="processing").pk}


def _cassette(owner: User, author: User) -> dict:
    protocol = _in_process(owner, author)["pk"]
    return {"pk": add_cassettes(author, protocol, [NewCassette()])[0].pk}


def _slide(owner: User, author: User) -> dict:
    protocol = Cassette.objects.get(**_cassette(owner, author)).protocol
    return {"pk": Slide.objects.create(protocol=protocol, code=f"{protocol.number}-S9").pk}


def _request(owner: User, author: User) -> dict:
    protocol = _in_process(owner, author)["pk"]
    wish = Wish(RequestKind.STAIN, stain="PAS")
    return {"pk": request_more(author, protocol, wish).pk}


def _each(thing: Thing, *names: str) -> dict[str, Thing]:
    return dict.fromkeys(names, thing)


THINGS: dict[str, Thing] = {
    **dict.fromkeys(("protocol_edit", "protocol_submit", "protocol_delete"), _submission),
    "protocol_sheet": _with_sheet,
    **dict.fromkeys(("veterinarian", "veterinarian_verify", "veterinarian_unverify"), _veterinarian),
    **_each(_order, "work_order", "work_order_issue", "work_order_cancel"),
    **_each(_order, "audit"),
    **_each(_order, "work_order_edit", "work_order_send", "work_order_invoice"),
    **_each(_order, "work_order_pdf", "work_order_pdf_status", "work_order_pdf_retry"),
    **_each(_sheet, "label_sheet"),
    **_each(_sheet, "label_sheet_pdf", "label_sheet_pdf_status", "label_sheet_pdf_retry"),
    **_each(_protocol, "protocol", "report_begin"),
    **_each(_archived, "report", "report_status", "report_amend", "report_withdraw", "verify_report"),
    **_each(_issued, "report_pdf"),
    **_each(_failed, "report_publish_retry"),
    **_each(_draft, "report_write", "report_changes", "report_discard", "report_finalize"),
    **_each(_draft, "report_images", "report_image_order", "report_images_state", "report_image"),
    **_each(_draft, "report_image_remove", "report_image_retry", "report_image_picture"),
    **_each(_in_process, "protocol_processing", "cassettes_add", "slides_add", "protocol_ready"),
    **_each(_in_process, "request_make"),
    **_each(_cassette, "cassette_remove", "cassette_undo"),
    **_each(_slide, "slide_remove", "slide_undo"),
    **_each(_request, "request_finish"),
    **_each(_phrase, "phrase", "phrase_remove"),
    **_each(_delivery, "delivery_resend", "delivery_settle"),
    **_each(_notification, "notification"),
    **_each(_submitted, "reception_sample", "reception_reject"),
    **_each(_rejected, "reception_return"),
    **_each(_received, "reception_correct"),
    **_each(_batch, "reception_batch_discard", "reception_batch_receive"),
    **_each(_sample, "reception_batch_remove"),
    **_each(_operation, "operation", "operation_status", "operation_cancel"),
    **_each(_operation, "operation_resume", "operation_retry"),
}
