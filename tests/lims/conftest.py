"""Reports of the cast."""

import pytest

from lims.models import Pathologist, Report
from tests import factories


@pytest.fixture
def author(paula) -> Pathologist:
    """Paula, as whom she writes reports."""
    return paula.staff_member.pathologist


@pytest.fixture
def draft(author, bruno) -> Report:
    """A complete draft of Paula's about a sample of Bruno's."""
    return factories.draft_report(author, factories.ready_protocol(bruno.veterinarian))
