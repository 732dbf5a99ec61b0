"""The texts and rows that a new draft is filled in with, in the language of its vet."""

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lims.models import Protocol, Report, ReportCassette, ReportDiagnosis, Specimen
from lims.models.protocols import ProtocolKind
from lims.models.reports import TEXT_MAX


def texts(protocol: Protocol) -> dict[str, str]:
    """Return the texts that follow from how the sample came and what was made of it."""
    with translation.override(protocol.veterinarian.user.language):
        written = {"methods": _methods(protocol), "macroscopic": _macroscopic(protocol)}
    return {name: text[:TEXT_MAX] for name, text in written.items()}


def add_rows(report: Report) -> None:
    """Give a draft a diagnosis per specimen and a row per cassette, where it has none yet; idempotent."""
    with translation.override(report.protocol.veterinarian.user.language):
        _add_diagnoses(report)
    _add_cassettes(report)


def _add_diagnoses(report: Report) -> None:
    rows = list(report.diagnoses.values_list("specimen", "position"))
    present = {specimen for specimen, __ in rows}
    missing = [each for each in report.protocol.specimens.all() if each.pk not in present]
    headings: list[tuple[Specimen | None, str]] = [
        (each, _heading(report.protocol, each)) for each in missing
    ]
    if not rows and not headings:
        headings = [(None, _technique(report.protocol) or report.protocol.animal)]
    first = max((position for __, position in rows), default=-1) + 1
    ReportDiagnosis.objects.bulk_create(
        ReportDiagnosis(report=report, position=position, specimen=specimen, heading=heading)
        for position, (specimen, heading) in enumerate(headings, first)
    )


def _add_cassettes(report: Report) -> None:
    rows = list(report.cassettes.values_list("cassette", "position"))
    present = {cassette for cassette, __ in rows}
    missing = [each for each in report.protocol.cassettes.all() if each.pk not in present]
    first = max((position for __, position in rows), default=-1) + 1
    ReportCassette.objects.bulk_create(
        ReportCassette(report=report, position=position, cassette=cassette)
        for position, cassette in enumerate(missing, first)
    )


def _heading(protocol: Protocol, specimen: Specimen) -> str:
    technique = _technique(protocol)
    return f"{_place(specimen)}; {technique}" if technique else _place(specimen)


def _place(specimen: Specimen) -> str:
    side = f" ({specimen.get_side_display().lower()})" if specimen.side else ""
    return f"{specimen}{side}"


def _technique(protocol: Protocol) -> str:
    sample = getattr(protocol, "cytology_sample", None)
    return sample.get_technique_display() if sample else ""


def _methods(protocol: Protocol) -> str:
    how = [_technique(protocol)]
    if protocol.kind == ProtocolKind.HISTOPATHOLOGY:
        how = [_fixation(protocol), _("embedded in paraffin")]
    stains = ", ".join(dict.fromkeys(protocol.slides.values_list("stain", flat=True)))
    stained = _("stains: %(stains)s") % {"stains": stains} if stains else ""
    sentence = "; ".join(filter(None, [*how, stained]))
    return f"{capfirst(sentence)}." if sentence else ""


def _fixation(protocol: Protocol) -> str:
    sample = getattr(protocol, "histopathology_sample", None)
    return _("fixed in %(how)s") % {"how": sample.preservation} if sample else ""


def _macroscopic(protocol: Protocol) -> str:
    if protocol.kind == ProtocolKind.CYTOLOGY:
        return _smears(protocol)
    return "\n".join(_pieces(specimen) for specimen in protocol.specimens.all())


def _smears(protocol: Protocol) -> str:
    sample = getattr(protocol, "cytology_sample", None)
    count = sample and (sample.slides_received or sample.slides_declared)
    message = ngettext("%(count)s smear received.", "%(count)s smears received.", count or 0)
    return message % {"count": count} if count else ""


def _pieces(specimen: Specimen) -> str:
    count = ngettext("%(count)s piece", "%(count)s pieces", specimen.pieces) % {"count": specimen.pieces}
    return ", ".join(filter(None, [_place(specimen), specimen.procedure, count])) + ": "
