"""The check of translations, and their compilation without gettext."""

import gettext

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from lims.management.commands.compile_translations import compile_catalogue

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Open PDF"
msgstr "Abrir PDF"

msgid "dog"
msgid_plural "dogs"
msgstr[0] "perro"
msgstr[1] "perros"
"""
PROGRAM = 'from x import gettext_lazy as _, ngettext_lazy\n_("Open PDF")\nngettext_lazy("dog", "dogs", 2)\n'


@pytest.fixture
def program(tmp_path):
    """A small program in a folder of its own, fully translated."""
    (tmp_path / "lims").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "lims" / "views.py").write_text(PROGRAM)
    catalogue = tmp_path / "locale" / "es" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(PO)
    with override_settings(BASE_DIR=tmp_path, LOCALE_PATHS=[tmp_path / "locale"]):
        yield tmp_path, catalogue


def missing(capsys) -> str:
    with pytest.raises(CommandError):
        call_command("missing_translations")
    return capsys.readouterr().out


def test_translated_program_passes(program):
    call_command("missing_translations")


def test_our_own_program_is_translated():
    call_command("missing_translations")


@pytest.mark.parametrize(
    ("file", "source", "sentence"),
    [
        ("lims/more.py", 'from x import gettext as _\n_("New here")\n', "New here"),
        ("templates/a.html", "{% load i18n %}\n  {% translate 'New here' %}", "New here"),
        (
            "templates/a.html",
            "{% load i18n %}{% blocktranslate %}Hi {{ name }}{% endblocktranslate %}",
            "Hi %(name)s",
        ),
        ("templates/a.html", '{% load i18n %}<p>{{ x|default:_("New here") }}</p>', "New here"),
    ],
)
def test_new_sentence_is_named_with_its_place(file, source, sentence, program, capsys):
    (program[0] / file).write_text(source)
    told = missing(capsys)
    assert file in told and repr(sentence) in told


def test_half_a_plural_is_missing(program, capsys):
    program[1].write_text(PO.replace('"perros"', '""'))
    assert "'dog'" in missing(capsys)


def test_doubtful_translation_is_missing(program, capsys):
    program[1].write_text(PO.replace('msgid "Open PDF"', '#, fuzzy\nmsgid "Open PDF"'))
    assert "'Open PDF'" in missing(capsys)


def test_add_puts_in_what_is_new_and_drops_what_is_unused(program):
    path, catalogue = program
    (path / "lims" / "views.py").write_text('from x import gettext as _\n_("Open PDF")\n_("New here")\n')
    with pytest.raises(CommandError):
        call_command("missing_translations", add=True)
    text = catalogue.read_text()
    assert 'msgid "New here"\nmsgstr ""' in text
    assert 'msgstr "Abrir PDF"' in text
    assert "perro" not in text


def test_compiled_catalogue_is_what_gettext_reads(program):
    compile_catalogue(program[1])
    with program[1].with_suffix(".mo").open("rb") as file:
        spanish = gettext.GNUTranslations(file)
    assert spanish.gettext("Open PDF") == "Abrir PDF"
    assert [spanish.ngettext("dog", "dogs", n) for n in (1, 2)] == ["perro", "perros"]
    assert {path.name for path in program[1].parent.iterdir()} == {"django.po", "django.mo"}
