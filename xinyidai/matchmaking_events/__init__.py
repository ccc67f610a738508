"""Matchmaking events, 政银企对接会."""
