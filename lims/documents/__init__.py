"""The document types of the laboratory; importing this package registers them with pdfcache."""

from lims.documents.labels import label_sheet
from lims.documents.work_orders import work_order

__all__ = ["label_sheet", "work_order"]
