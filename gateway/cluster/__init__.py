"""Many nodes as one: the command line that places, drains, restarts and shows them (docs/cluster.md).

What runs in each of them is `gateway.clustered`; what Ray does is behind `actors.cluster`.
"""
