"""Largest values that a column holds."""

PK_MAX = 2**63 - 1
