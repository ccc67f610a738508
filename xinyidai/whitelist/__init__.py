"""Whitelists, 白名单."""
