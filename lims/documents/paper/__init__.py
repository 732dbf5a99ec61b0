"""The drawing kit that every PDF shares."""
