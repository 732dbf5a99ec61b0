"""The allowed transitions as the laboratory's rules say them, written apart from the code that holds them."""

PROTOCOL = {
    ("draft", "submitted"),
    ("submitted", "received"),
    ("submitted", "rejected"),
    ("rejected", "submitted"),
    ("received", "processing"),
    ("processing", "ready"),
    ("ready", "processing"),
    ("ready", "reported"),
}
