"""The house under a scheduler of our own: real hosts, in virtual time, amid failures that a seed chooses.

    loop        one event loop a process, driven by one scheduler: no I/O, no real time, all chance by seed
    keys        the store's data and commands, as far as they are used
    scripts     runs the product's own Lua scripts on them
    store       the store's server and the connections to it, with everything that can go wrong between
    net         sockets between people and nodes
    node        a node: host, rooms, conversations, as `gateway.node` puts them together
    people      guests, patients, providers, callers and dashboards, who do what visitors do
    faults      what is done to nodes, store and network, and how it is healed
    story       one schedule: a town, its people, faults by seed, and the history for the checker
    many        many of them, on all processors
    mutations   changes to the product that the checker must notice

Run one seed again: `python -m tests.simulation --seed N --tell`.
"""
