"""Parts that tests share: a client of the wire that is not ours, and servers that really run."""
