"""The small scripts behind the Makefile."""
