"""The store: Redis or Valkey behind typed calls. Nothing of redis is seen outside this package.

    line      one connection: bursts of commands out, replies in, bounded in time, reconnecting with backoff
    servers   one server or a cluster: which line a command takes, scripts loaded, moves followed
    scripts   the Lua scripts as values, and the commands made from them
    shards    ShardStore: claims, loads, group commit
    leases    what a node says of itself for as long as it lives
    pins      PinStore: the PIN index and the guess counters
    quotas    QuotaStore: what was asked for today
    stops     StopStore: numbers that asked for no more messages
    rewrite   the rewrite of the append-only file that forgets purged guest text (R15)

Every key carries one hash tag, and a script touches keys of one tag only, so that a cluster serves it too:

    {s0417}:owner          hash epoch, incarnation, node; only the epoch after it was let go
    {s0417}:clinics        hash clinic -> document
    {s0417}:v:<visit>      head line (version, save id, clinic), then the visit's body
    {s0417}:due            zset of the visits that are not settled, by deadline
    {s0417}:day:<clinic>   zset of the clinic's visits, by start
    {s0417}:audit          stream of rows
    {s0417}:asked          hash of today's counters of letters that were asked for     see quotas
    {s0417}:stops          set of keyed hashes of numbers that want no messages        see stops
    {texts}:today          hash of today's counter of text messages
    {n:<node>}:lease       incarnation and what else the node says; lapses
    {nodes}:known          set of the names of all nodes that did not stop in order
    {meta}:version         the version of all this
    {p:<number>}:pins, :from, :until, :keep, :guesses      see pins
    {revoked}:feed, {u:..}, {e:..}, {k:..}, {t:..}, {a:..} sign-in, see actors.accounts
"""
