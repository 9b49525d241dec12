"""Promises kept with real stores, sockets and processes."""
