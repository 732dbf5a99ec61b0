"""The errors of this package, each with a sentence that says whether a retry helps."""


class PdfCacheError(Exception):
    """Base of everything that this package raises on purpose."""


class StoreError(PdfCacheError):
    """The object store refused or did not answer properly; a retry later helps."""


class RenderError(PdfCacheError):
    """A renderer failed on its snapshot; a retry does not help until the data or the code changes."""


class DocumentGone(PdfCacheError):
    """The row that the document shows is no longer there; a retry does not help."""


class UnknownKind(PdfCacheError):
    """No document type of that kind is registered; a retry does not help."""
