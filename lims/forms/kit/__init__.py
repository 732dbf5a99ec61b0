"""Forms that every noun uses; no laboratory word is in them."""
