"""Micrographs of a draft: taken in, made printable by a job, described, ordered, removed."""

import hashlib
from collections.abc import Sequence

import structlog
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actors import jobs
from lims.errors import Incomplete, InvalidTransition, NotVisible, StaleEdit
from lims.models import ImageUpload, Report, ReportImage, ReportImageState, User
from lims.services.kit import images
from lims.services.kit.texts import max_length, normalize, too_long
from lims.services.reports import access
from pdfcache import store

log = structlog.get_logger(__name__)

IMAGES_MAX = 60
DESCRIBED = ("caption", "magnification", "stain")
DAMAGED = gettext_lazy("The image is damaged. Remove it and upload another one.")
UNSTORED = gettext_lazy("The image could not be stored just now. Try again in a moment.")


def add_images(by: User, pk: int, uploads: Sequence[UploadedFile]) -> list[ReportImage]:
    """Take PNG or JPEG files into the user's own draft, to be made printable by jobs; return their rows.

    Each file is stored in a transaction of its own, so that one alone is in memory. Raises NotVisible,
    NotAllowed, InvalidTransition, and Incomplete for a file that is no such image (`upload-0`, ...) or for
    more than IMAGES_MAX; nothing is stored then, unless another window filled the report at that moment.
    """
    _check(by, pk, uploads)
    added = []
    for upload in uploads:
        content = images.checked(upload)
        added.append(_add(by, pk, content, normalize(upload.name or "")))
    return added


@transaction.atomic
def describe_image(by: User, image_pk: int, caption: str, magnification: str, stain: str) -> ReportImage:
    """Say what one of the user's images shows; return it. Idempotent.

    Raises NotVisible, NotAllowed, InvalidTransition, and Incomplete with what is too long (`caption`, ...).
    """
    image = _own_image(by, image_pk)
    texts = dict(zip(DESCRIBED, (caption, magnification, stain), strict=True))
    for name, text in texts.items():
        setattr(image, name, normalize(text).strip())
    limits = {name: (getattr(image, name), max_length(ReportImage, name)) for name in DESCRIBED}
    if wrong := too_long(limits):
        raise Incomplete(_("What is said of the image is too long."), wrong)
    image.save(update_fields=DESCRIBED)
    return image


@transaction.atomic
def order_images(by: User, pk: int, ids: Sequence[int]) -> None:
    """Put all images of the user's draft into this order. Idempotent.

    Raises NotVisible, NotAllowed, InvalidTransition, and StaleEdit if these are not all of its images.
    """
    draft = access.own_draft(by, pk)
    rows = {image.pk: image for image in draft.images.all()}
    if len(ids) != len(rows) or set(ids) != set(rows):
        raise StaleEdit(_("An image was added or removed meanwhile. Reload the page, then order them again."))
    for position, image_pk in enumerate(ids):
        rows[image_pk].position = position
    ReportImage.objects.bulk_update(rows.values(), ["position"])


@transaction.atomic
def remove_image(by: User, image_pk: int) -> None:
    """Take an image out of the user's draft. Raises NotVisible, NotAllowed and InvalidTransition.

    Its object stays in media: another version or report may show the same picture.
    """
    _own_image(by, image_pk).delete()


@transaction.atomic
def retry_image(by: User, image_pk: int) -> ReportImage:
    """Prepare an image again that could not be stored; return it. Harmless on one in work.

    Raises NotVisible, NotAllowed, and InvalidTransition for one that is damaged.
    """
    image = _own_image(by, image_pk)
    if image.state == ReportImageState.FAILED:
        if not ImageUpload.objects.filter(pk=image.pk).exists():
            raise InvalidTransition(str(DAMAGED))
        # The job before the image: its worker takes the rows in that order, and may be just done.
        _enqueue(by, image)
        failed_still = ReportImage.objects.filter(pk=image.pk, state=ReportImageState.FAILED)
        failed_still.update(state=ReportImageState.PREPARING, problem="")
        image.refresh_from_db()
    return image


def picture_url(user: User, image_pk: int) -> str:
    """Return a URL that opens a prepared image once, within minutes, for who may see its report.

    Raises NotVisible, also for an image that is not ready.
    """
    shown = Report.objects.visible_to(user)
    image = ReportImage.objects.filter(pk=image_pk, report__in=shown, state=ReportImageState.READY).first()
    if image is None:
        raise NotVisible(_("There is no such image."))
    return store.presign(
        media_key(image.sha256),
        f"{image.sha256[:12]}.jpg",
        settings.PDF_URL_TTL_S,
        bucket=settings.S3_MEDIA_BUCKET,
        content_type="image/jpeg",
    )


def media_key(sha256: str) -> str:
    """Return where media keeps the picture of this digest."""
    return f"media/{sha256}"


def prepare(job: jobs.Job) -> None:
    """Make an uploaded image printable and put it into media; safe twice, and late.

    A damaged image is done with: it ends as FAILED, with a sentence. Raises StoreError and LeaseLost.
    """
    pk = job.args[0]
    content = ImageUpload.objects.filter(pk=pk).values_list("content", flat=True).first()
    if content is None:
        return  # prepared already, or removed from its report meanwhile
    try:
        picture = images.micrograph(bytes(content))
    except images.ImageRefused:
        log.info("image refused", image=pk)
        with transaction.atomic():
            jobs.lock_and_renew(job)
            on_worker_lost(job)
    else:
        _put(job, pk, picture)


def on_failed(job: jobs.Job) -> None:
    """Mark an image as one not stored, which `retry_image` repeats; in the job's transaction."""
    _fail(job.args[0], UNSTORED)


def on_worker_lost(job: jobs.Job) -> None:
    """Mark an image as damaged, as of one that took its workers down; in the job's transaction."""
    _drop_upload(job.args[0])
    _fail(job.args[0], DAMAGED)


def _put(job: jobs.Job, pk: int, picture: images.Picture) -> None:
    sha256 = hashlib.sha256(picture.content).hexdigest()
    store.put(
        media_key(sha256),
        picture.content,
        bucket=settings.S3_MEDIA_BUCKET,
        content_type=picture.media_type,
    )
    with transaction.atomic():
        jobs.lock_and_renew(job)
        _drop_upload(pk)
        ReportImage.objects.filter(pk=pk).update(
            state=ReportImageState.READY,
            problem="",
            sha256=sha256,
            width_px=picture.width_px,
            height_px=picture.height_px,
        )


def _drop_upload(pk: int) -> None:
    # Before its image is written: in that order removing the image takes the rows too.
    ImageUpload.objects.filter(pk=pk).delete()


def _fail(pk: int, problem: str | Promise) -> None:
    image = ReportImage.objects.filter(pk=pk).exclude(state=ReportImageState.READY)
    # A job has no language of its own: its author reads this.
    for language in image.values_list("report__author__staff_member__user__language", flat=True):
        with translation.override(language):
            image.update(state=ReportImageState.FAILED, problem=str(problem))


def _check(by: User, pk: int, uploads: Sequence[UploadedFile]) -> None:
    with transaction.atomic():
        _check_room(access.own_draft(by, pk), len(uploads))
    refused = {}
    for position, upload in enumerate(uploads):
        try:
            images.checked(upload)
        except images.ImageRefused as error:
            refused[f"upload-{position}"] = f"{upload.name}: {error}"
        upload.seek(0)
    if refused:
        raise Incomplete(_("Not every file is an image that a report can show; none was added."), refused)


def _check_room(draft: Report, more: int) -> None:
    if draft.images.count() + more > IMAGES_MAX:
        message = _("A report has at most %(most)s images.") % {"most": IMAGES_MAX}
        raise Incomplete(message, {"images": message})


@transaction.atomic
def _add(by: User, pk: int, content: bytes, filename: str) -> ReportImage:
    draft = access.own_draft(by, pk)
    _check_room(draft, 1)
    last = draft.images.aggregate(last=Max("position"))["last"]
    image = ReportImage.objects.create(
        report=draft,
        position=0 if last is None else last + 1,
        filename=filename[: max_length(ReportImage, "filename")],
    )
    ImageUpload.objects.create(image=image, content=content)
    _enqueue(by, image)
    return image


def _enqueue(by: User, image: ReportImage) -> None:
    jobs.enqueue("prepare_image", str(image.pk), (image.pk,), requested_by_id=by.pk, cooldown_s=0)


def _own_image(by: User, image_pk: int) -> ReportImage:
    visible = ReportImage.objects.filter(pk=image_pk, report__in=Report.objects.visible_to(by))
    for report_pk in visible.values_list("report", flat=True):
        access.own_draft(by, report_pk)
    # Read under the draft's lock: it may have been removed while this waited.
    image = visible.first()
    if image is None:
        raise NotVisible(_("There is no such image."))
    return image
