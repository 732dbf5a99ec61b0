"""Work orders, their lines and prices."""
