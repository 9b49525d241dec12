"""What all metrics' names begin with, and into which buckets times and sizes fall."""

from typing import Final

PREFIX: Final = "vestibule"

QUICK: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SLOW: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 8.0, 15.0, 30.0, 60.0)
HUMAN: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
"""Seconds that people wait for people, and purged text for the store's file."""
STEPS: Final = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.025, 0.1)
"""Seconds of a pure decision in memory."""
SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
