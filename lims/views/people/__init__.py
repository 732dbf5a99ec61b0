"""Accounts, vets, staff and pathologists."""
