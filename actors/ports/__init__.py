"""What the actors need from the world outside, as Protocols: the store, other nodes, sockets, the observer.

shards    the store of shards and visits: saves, claims, leases
pins      the store of PINs
letters   who hands letters over, and the counters that bound them
peers     other nodes
known     the clinics and numbers of all of them
sockets   one connection
observer  who counts
"""

from actors.ports.known import Known
from actors.ports.letters import (
    Delivery,
    Dispatch,
    OutreachLimits,
    Post,
    Quota,
    QuotaStore,
    StopStore,
)
from actors.ports.observer import Observer
from actors.ports.peers import Member, PeerDown, Peers
from actors.ports.pins import Guesses, GuessLimits, PinEntry, PinStore
from actors.ports.shards import (
    Bid,
    Claim,
    Heads,
    LeaseTaken,
    Owner,
    Renewal,
    Save,
    SaveResult,
    ShardContents,
    ShardStore,
    StoreDown,
    StoredVisit,
    Survey,
    WrongDataVersion,
)
from actors.ports.sockets import Outlet

__all__ = [
    "Bid",
    "Claim",
    "Delivery",
    "Dispatch",
    "GuessLimits",
    "Guesses",
    "Heads",
    "Known",
    "LeaseTaken",
    "Member",
    "Observer",
    "Outlet",
    "OutreachLimits",
    "Owner",
    "PeerDown",
    "Peers",
    "PinEntry",
    "PinStore",
    "Post",
    "Quota",
    "QuotaStore",
    "Renewal",
    "Save",
    "SaveResult",
    "ShardContents",
    "ShardStore",
    "StopStore",
    "StoreDown",
    "StoredVisit",
    "Survey",
    "WrongDataVersion",
]
