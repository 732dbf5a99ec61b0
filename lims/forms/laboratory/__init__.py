"""The laboratory itself and its holidays."""
