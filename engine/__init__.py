"""The visit and its rules: pure, without I/O, clock, randomness or framework."""
