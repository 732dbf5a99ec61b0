"""Fixtures for every test. The servers come from tests/plugin.py."""
