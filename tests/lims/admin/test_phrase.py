"""The shared phrases, which administrators keep; those of a pathologist are not in the admin."""

import pytest

from lims.models import Phrase
from lims.services.reports.phrases import add_phrase
from tests.lims.admin.saving import save

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/lims/phrase/", "/admin/lims/phrase/add/"


def page(phrase: Phrase, name: str = "change") -> str:
    return f"/admin/lims/phrase/{phrase.pk}/{name}/"


def test_what_an_administrator_writes_is_shared_changed_and_removed(admin):
    assert admin.post(ADD, {"title": "Autólisis", "text": "Limita la evaluación."}).status_code == 302
    phrase = Phrase.objects.get()
    assert phrase.owner is None
    assert save(admin, page(phrase), {"title": "Autólisis", "text": "Otra"}).status_code == 302
    assert Phrase.objects.get().text == "Otra"
    admin.post(page(phrase, "delete"), {"post": "yes"})
    assert not Phrase.objects.exists()


def test_a_missing_text_is_told_beside_its_field(admin):
    response = admin.post(ADD, {"title": "Autólisis", "text": " "})
    assert set(response.context["adminform"].form.errors) == {"text"}


def test_those_of_a_pathologist_are_not_there(admin, paula):
    own = add_phrase(paula, "Mía", "mía")
    assert not admin.get(LIST).context["cl"].result_list
    for name in ("change", "delete"):
        assert admin.post(page(own, name), {"title": "x", "text": "x", "post": "yes"}).status_code == 302
    assert Phrase.objects.get().title == "Mía"
