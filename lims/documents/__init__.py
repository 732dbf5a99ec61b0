"""The document types of the laboratory; importing this package registers them with pdfcache."""

from lims.documents import work_orders

__all__ = ["work_orders"]
