"""The document types of the laboratory; importing this package registers them with pdfcache."""

from lims.documents import label_sheets, work_orders

__all__ = ["label_sheets", "work_orders"]
