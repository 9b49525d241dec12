"""What all metrics' names begin with, and into which buckets times and sizes fall.

A service level's bound is a bucket's bound: 1, 2, 3, 5, 8 and 30 s (docs/operations.md).
"""

from typing import Final

PREFIX: Final = "vestibule"

QUICK: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
SLOW: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0, 60.0)
SILENCE: Final = (3.0, 5.0, 7.0, 7.5, 8.0, 10.0, 15.0, 30.0)
"""Seconds of silence after which a peer is cut; the bound is 8 s (B2)."""
HUMAN: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
"""Seconds that people wait for people, and purged text for the store's file."""
STEPS: Final = (0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.025, 0.1)
"""Seconds of a pure decision in memory."""
SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
TRIPS: Final = (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1.0, 2.0)
"""Seconds there and back between two browsers; from 0.3 on speech suffers, from 0.6 it breaks."""
JITTER: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
LOSS: Final = (0.0, 0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5)
"""Parts of all packets; from 0.03 on speech suffers, from 0.1 it breaks."""
MARKS: Final = (1.0, 2.0, 2.6, 3.1, 3.6, 4.0, 4.3, 5.0)
"""Mean opinion scores; the bounds between are those of ITU-T G.107, Annex B."""
