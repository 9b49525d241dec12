"""Promises, one per test; the folders mirror the source."""
