"""The bench: cassettes, slides, requests."""
