"""Opening, warming and invalidating PDFs."""
