"""A phone leg becomes the same commands as a browser."""
