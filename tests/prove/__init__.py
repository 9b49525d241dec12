"""Proofs: the faults that the promises are tried against."""
