"""Drafts of reports: begun from the protocol, saved while they are written, discarded."""
