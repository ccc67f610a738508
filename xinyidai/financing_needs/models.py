"""Tables of financing needs."""
