"""Reports, from draft to archive."""
