"""Where visits live: shards, the node that hosts them, and the store."""
