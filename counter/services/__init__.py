"""Verbs: take a session and values, return values; flush, never commit."""
