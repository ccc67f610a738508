"""Tables of joint results."""
