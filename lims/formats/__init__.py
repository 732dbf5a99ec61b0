"""How days, times and numbers are written, by language; Django reads them by these names."""
