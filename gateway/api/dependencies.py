"""What the handlers work with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from actors.desk import Desk
from actors.host import Host
from engine.ids import VisitId
from gateway.api.bounds import Network, Rate, Seen, networks
from gateway.api.operators import Operators
from gateway.auth import Auth
from gateway.metrics import Metrics
from gateway.node import Node
from gateway.settings import Settings
from gateway.staff import WelcomeMailer

if TYPE_CHECKING:
    from gateway.demo import Demo


@dataclass(frozen=True, slots=True)
class Dependencies:
    """A running node as HTTP sees it. `demo` is there in demo mode only, and opens doors of its own."""

    node: Node
    demo: Demo | None = None
    looks: Rate = field(init=False)
    sign_ins: Rate = field(init=False)
    proxies: tuple[Network, ...] = field(init=False)
    planning: WeakValueDictionary[VisitId, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """One lock for each visit that is being planned right now."""

    hooks_seen: Seen = field(default_factory=Seen)
    """What providers have signed, and has counted."""

    operators: Operators = field(default_factory=Operators)
    """Who looked after the servers just now."""

    def __post_init__(self) -> None:
        limits = self.settings.limits
        object.__setattr__(self, "looks", Rate(limits.looks_per_minute))
        object.__setattr__(self, "sign_ins", Rate(limits.sign_ins_per_minute))
        object.__setattr__(self, "proxies", networks(self.settings.server.trusted_proxies))

    @property
    def settings(self) -> Settings:
        """The node's settings."""
        return self.node.settings

    @property
    def host(self) -> Host:
        """The node's visits."""
        return self.node.host

    @property
    def desk(self) -> Desk:
        """What may be asked of visits over HTTP."""
        return self.node.desk

    @property
    def auth(self) -> Auth:
        """Who somebody is."""
        return self.node.auth

    @property
    def countries(self) -> frozenset[str]:
        """Whose telephone numbers this deployment writes to."""
        return self.host.outreach.countries

    @property
    def welcome_mailer(self) -> WelcomeMailer | None:
        """Who mails welcome links; None when there is no mail."""
        return self.node.welcome_mailer

    @property
    def metrics(self) -> Metrics:
        """What is counted."""
        return self.node.metrics
