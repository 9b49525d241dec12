"""Credentials for the relays that carry media, and later the bridge."""
