"""Checking a memory without pytest: what it promises and keeps, what it can do besides, and what it costs."""
