"""The wire: bytes, conversations, positions, documents."""
