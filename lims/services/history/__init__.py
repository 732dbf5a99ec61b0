"""Who changed what, and how long that is kept."""
