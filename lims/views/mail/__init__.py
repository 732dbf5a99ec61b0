"""Deliveries by mail and notifications in the portal."""
