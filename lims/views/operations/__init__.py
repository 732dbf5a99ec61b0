"""Bulk actions over a frozen list."""
