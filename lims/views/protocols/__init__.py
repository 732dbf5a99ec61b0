"""Protocols: drafts, submissions, states."""
