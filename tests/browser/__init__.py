"""Journeys of the clinic's people and guests in real browsers."""
