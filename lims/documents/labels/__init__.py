"""Label sheets."""
