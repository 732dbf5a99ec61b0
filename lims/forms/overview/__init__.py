"""Pages and counts over every noun."""
