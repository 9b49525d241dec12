"""A node's parts, made in order and taken down in reverse: store, visits, sockets. HTTP is
`gateway.app`'s.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog

from actors.accounts import Accounts, SignInLimits
from actors.bridging import Bridging
from actors.clock import Clock
from actors.desk import Desk
from actors.embedded import EmbeddedStore
from actors.host import Host, HostSettings
from actors.neighbours import Neighbours
from actors.pepper import read_pepper
from actors.ports import OutreachLimits, Peers, Post
from actors.reception import Reception
from actors.requests import Requests
from actors.secrets import Secrets
from actors.steering import elsewhere
from actors.store.known import RedisKnown
from actors.store.pins import RedisPins
from actors.store.quotas import RedisQuotas
from actors.store.rewrite import PurgeRewrite
from actors.store.servers import Servers
from actors.store.settings import StoreSettings
from actors.store.shards import RedisShards
from actors.store.stops import RedisStops
from actors.telephone import Telephone
from gateway.auth import Auth
from gateway.logs import named, where
from gateway.media.bridge.keeper import Keeper, NoKeeper, kept
from gateway.media.ice import IceServers
from gateway.metrics import Metrics, Watched
from gateway.metrics.turns import time_turns
from gateway.operations import Recorder
from gateway.origins import Origins
from gateway.outreach.outbox import Outbox
from gateway.outreach.post import Outreach, limits
from gateway.outreach.reports import Reports
from gateway.passwords import Passwords
from gateway.phones import Phones
from gateway.release import release
from gateway.settings import Settings
from gateway.sockets import Conversations, Rooms
from gateway.staff import WelcomeMailer
from gateway.tombstones import Tombstones
from gateway.turnstile import Turnstile
from gateway.websocket import Endpoint, Limits

REWRITE_LOOKS_EVERY: Final = 2.0
"""Seconds between two looks at whether the store's file must be rewritten (R15)."""

log = structlog.get_logger("vestibule")


@dataclass(frozen=True, slots=True)
class Node:
    """What HTTP needs of a running node."""

    settings: Settings
    host: Host
    desk: Desk
    auth: Auth
    metrics: Metrics
    conversations: Conversations
    endpoint: Endpoint
    keeper: Keeper | NoKeeper
    """Sees to the bridge of telephones."""
    origins: Origins
    """Whose pages may connect."""
    reports: Reports
    """Reads where a provider of text messages says what became of one."""
    recorder: Recorder
    """Remembers the node's last hour."""
    outbox: Outbox | None = None
    """A demo's letters, where nobody carries them."""
    phones: Phones | None = None
    """A demo's dial-in, which answers calls beside it."""
    welcome_mailer: WelcomeMailer | None = None
    """Without one, welcome links are handed over by who made them."""


def _report(error: BaseException) -> None:
    log.error("bug", error=type(error).__name__, where=where(error), **named(error))


@dataclass(frozen=True, slots=True)
class Seams:
    """What may be put in the place of a real part: the clock, a socket's bounds, who hears of bugs, who takes
    letters away.

    `silent`: nothing leaves the node; letters stay as they are. `peers`: how other nodes are called; without,
    they are only looked at.
    """

    clock: Clock | None = None
    post: Post | None = None
    outreach: OutreachLimits | None = None
    silent: bool = False
    peers: Peers | None = None
    limits: Limits = field(default_factory=Limits)
    report: Callable[[BaseException], None] = _report


@asynccontextmanager
async def running(
    settings: Settings, seams: Seams | None = None, *, demo: bool = False
) -> AsyncIterator[Node]:
    """Run a node from its store to its sockets. Raises what a store or a pepper that cannot be used
    raises. `demo`: letters that nobody else takes are kept to be looked at.
    """
    seams = seams or Seams()
    async with AsyncExitStack() as stack:
        url = settings.store.url or await _embedded(settings, stack)
        store = StoreSettings(url=url, rewrite_every_seconds=settings.privacy.rewrite_minutes * 60)
        metrics = Metrics()
        servers = Servers(store, metrics.store)
        rewrite = PurgeRewrite(servers, store)
        clock = seams.clock or Clock()
        clock.skewed = metrics.clock_skew
        secrets = Secrets(read_pepper(settings.secrets_folder), pin_digits=settings.pins.digits)
        tombstones = stack.enter_context(Tombstones(settings.tombstones_file))
        reports = Reports(secrets.sign_in_hashes)
        post = Outreach(settings, reports, outbox=Outbox() if demo else None, now=clock.now)
        stack.push_async_callback(post.close)
        host = Host(
            store=RedisShards(servers, store, rewrite.purged),
            pins=RedisPins(servers, rewrite.purged),
            quotas=RedisQuotas(servers),
            stops=RedisStops(servers, secrets.outreach_hashes),
            known=RedisKnown(servers),
            secrets=secrets,
            clock=clock,
            observer=metrics,
            settings=_place(settings),
            random=os.urandom,
            ice=IceServers(settings.media, clock.now),
            buried=tombstones.bury,
            report=seams.report,
            post=None if seams.silent else seams.post or post,
            outreach=seams.outreach or limits(settings),
            peers=seams.peers or Neighbours(tls=settings.server.tls_cert is not None),
        )
        requests = Requests(host)
        passwords = Passwords(at_once=settings.limits.hashes_at_once)
        stack.callback(passwords.close)
        auth = Auth(_accounts(servers, settings), secrets, passwords, now=clock.now, random=os.urandom)
        keeper = await stack.enter_async_context(kept(settings, auth.bridge_key))
        bridging = Bridging(host, keeper.url, keeper.wanted)
        turnstile = _turnstile(settings, metrics)
        conversations = Conversations(_rooms(host, requests, bridging, auth, turnstile, metrics))
        origins = Origins(settings, host.members)
        endpoint = Endpoint(
            conversations.accept, origins=origins, limits=seams.limits, observer=metrics.sockets
        )
        metrics.sockets.on_failure(seams.report)
        metrics.watch(
            Watched(host, lambda: endpoint.totals, lambda: endpoint.buffered, lambda: keeper.doing, release())
        )
        host.on_revoked(conversations.cut)
        host.on_cut_off(lambda: host.tasks.start(endpoint.close_all()))
        conversations.cut_off = lambda: host.cut_off
        await stack.enter_async_context(host)
        host.tasks.start(_forget(rewrite, metrics))
        host.tasks.start(time_turns(metrics.turn))
        recorder = Recorder(
            host, metrics.registry, lambda: endpoint.totals, settings.operations.sample_seconds
        )
        host.tasks.start(recorder.keep())
        conversations.open = True
        yield Node(
            settings,
            host,
            Desk(host),
            auth,
            metrics,
            conversations,
            endpoint,
            keeper,
            origins,
            reports,
            recorder,
            outbox=post.outbox,
            phones=Phones() if demo else None,
        )


def _place(settings: Settings) -> HostSettings:
    """Say who this node is, and where others and people find it."""
    return HostSettings(
        node=settings.server.node,
        address=settings.peer_address,
        ws_url=settings.ws_url,
        version=release(),
        public_url=settings.public_url,
    )


def _turnstile(settings: Settings, metrics: Metrics) -> Turnstile:
    return Turnstile(
        at_once=settings.limits.hellos_at_once,
        per_second=settings.limits.hellos_per_second,
        put_off=metrics.put_off,
    )


def _rooms(
    host: Host, requests: Requests, bridging: Bridging, auth: Auth, turnstile: Turnstile, metrics: Metrics
) -> Rooms:
    return Rooms(
        Reception(host, requests, auth.stands),
        requests,
        Telephone(host),
        bridging,
        auth,
        host.tasks,
        partial(elsewhere, host),
        turnstile,
        metrics.greeted,
        metrics.refused,
        host.secrets.join_name,
    )


def _accounts(servers: Servers, settings: Settings) -> Accounts:
    limits = settings.limits
    return Accounts(
        servers,
        SignInLimits(
            session_idle=round(limits.session_idle_minutes * 60_000),
            session_longest=round(limits.session_hours * 3_600_000),
        ),
    )


async def _embedded(settings: Settings, stack: AsyncExitStack) -> str:
    """Bring the node's own store up; it is stopped after everything that uses it."""
    store = EmbeddedStore(settings.data_dir, appendfsync=settings.store.appendfsync, on_state=_store_state)
    await stack.enter_async_context(store)
    return store.url


async def _forget(rewrite: PurgeRewrite, metrics: Metrics) -> None:
    """See to it that purged guest text leaves the store's file within the hour (R15)."""
    while True:
        state = await rewrite.step()
        metrics.rewrite(state)
        await asyncio.sleep(REWRITE_LOOKS_EVERY)


def _store_state(state: str, reason: str) -> None:
    (log.info if state == "up" else log.warning)("store", state=state, reason=reason)
