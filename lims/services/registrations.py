"""Imports every module whose bulk actions and letters register themselves; above all nouns."""

from lims.services.operations import retrying, rounds
from lims.services.pdfs import bulk as pdfs_bulk
from lims.services.people import account_mail, veterinarians
from lims.services.protocols import bulk as protocols_bulk
from lims.services.protocols import contents
from lims.services.reception import bulk as reception_bulk
from lims.services.reports import announcing as reports_announcing
from lims.services.work_orders import announcing as work_orders_announcing
from lims.services.work_orders import bulk as work_orders_bulk

__all__ = [
    "account_mail",
    "contents",
    "pdfs_bulk",
    "protocols_bulk",
    "reception_bulk",
    "reports_announcing",
    "retrying",
    "rounds",
    "veterinarians",
    "work_orders_announcing",
    "work_orders_bulk",
]
