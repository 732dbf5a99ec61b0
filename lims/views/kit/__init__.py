"""What every noun uses and no laboratory word is in."""
