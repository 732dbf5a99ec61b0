"""Receiving and rejecting samples."""
