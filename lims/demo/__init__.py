"""The demo laboratory: invented people, samples and orders, always the same for the same seed.

Nothing here is used by the laboratory itself, and nothing here may run outside a demo on loopback.
"""
