"""What anybody may learn of an issued report by the token or the short code on its paper."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KT

from lims.models import Report, ReportStatus
from lims.models.reports import ARCHIVED

TOKEN = re.compile(r"[0-9a-f]{32}")
CODE = re.compile(r"[0-9A-Z]{12}")
# No report has this as its token or code; asking for it takes as long as asking for an unknown one.
NOBODYS = "-"

# As it was printed, whatever was renamed since.
PRINTED = {
    "number": KT("snapshot__number"),
    "laboratory": KT("snapshot__laboratory__name"),
    "signer": KT("snapshot__author__name"),
    "licence": KT("snapshot__author__licence"),
    "species": KT("snapshot__patient__species"),
    "surname": KT("snapshot__owner__surname"),
}
COLUMNS = ("status", "version", "issued_at", "withdrawn_at", "pages", "sha256", "size_bytes")


@dataclass(frozen=True)
class Verified:
    """An issued report, as the public may see it: nothing of the patient but what tells two papers apart."""

    status: ReportStatus
    number: str
    version: int
    issued_at: datetime
    withdrawn_at: datetime | None
    laboratory: str
    signer: str
    licence: str
    pages: int
    sha256: str
    size_bytes: int
    species: str
    # Its first letter, such as "L***".
    owner: str
    # The newest issued version, where that is not this one, and how it stands.
    newest_version: int | None
    newest_status: ReportStatus | None

    @property
    def is_current(self) -> bool:
        return self.status == ReportStatus.ISSUED


def find(token: str) -> Verified | None:
    """Return the issued report of a token, or None, in the same time for an unknown and a malformed one."""
    wanted = token if TOKEN.fullmatch(token) else NOBODYS
    issued = Report.objects.filter(verification_token=wanted, status__in=ARCHIVED)
    newest = Report.objects.filter(protocol=OuterRef("protocol"), status__in=ARCHIVED).order_by("-version")
    row = issued.values(
        *COLUMNS,
        newest_version=Subquery(newest.values("version")[:1]),
        newest_status=Subquery(newest.values("status")[:1]),
        **PRINTED,
    ).first()
    return _verified(row) if row else None


def by_code(code: str) -> str | None:
    """Return the token behind a short code, however it was typed, or None; timed as `find` is."""
    typed = re.sub(r"[\s.-]", "", code[:60]).upper()
    wanted = typed if CODE.fullmatch(typed) else NOBODYS
    issued = Report.objects.filter(verification_code=wanted, status__in=ARCHIVED)
    return issued.values_list("verification_token", flat=True).first()


def _verified(row: dict) -> Verified:
    surname = row.pop("surname").strip()
    is_newest = row["newest_version"] == row["version"]
    newest_status = None if is_newest else ReportStatus(row["newest_status"])
    return Verified(
        **row
        | {
            "status": ReportStatus(row["status"]),
            "owner": f"{surname[0]}***" if surname else "",
            "newest_version": None if is_newest else row["newest_version"],
            "newest_status": newest_status,
        }
    )
