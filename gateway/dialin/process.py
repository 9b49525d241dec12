"""The dial-in as a process: origins in, visits out; start, drain, stop.

Any number of these may serve the same numbers: none knows of the others, and each call lives in one.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final

import structlog
import uvloop

from gateway.addresses import host_and_port
from gateway.api.plain import Answer, Asgi, Receive, Scope, Send, as_json, problem
from gateway.dialin import sip
from gateway.dialin.call import House
from gateway.dialin.demo_phone import DemoPhone
from gateway.dialin.prompts import Prompts
from gateway.dialin.service import Room, Service, Tongues
from gateway.dialin.settings_check import visits_url
from gateway.dialin.sip import Origin
from gateway.dialin.stages import Patience
from gateway.dialin.telephony.origin import Telephony
from gateway.dialin.telephony.webhooks import BASE, Addresses
from gateway.dialin.visits import Exchange
from gateway.http_server import HttpServer, http_server
from gateway.logs import named, where
from gateway.metrics import CONTENT_TYPE
from gateway.metrics.dialin import DialInMetrics
from gateway.settings import Settings
from gateway.settings_sections import Dialin
from gateway.unable import Unable

GOODBYE_WITHIN: Final = 0.8
"""The part of `stop_seconds` that callers get to hear why; the rest is for closing."""

log = structlog.get_logger("dialin")


@dataclass(frozen=True, slots=True)
class Serving:
    """A dial-in that takes calls."""

    service: Service
    metrics: DialInMetrics
    port: int
    sip: int = 0
    """The port of calls by SIP; 0 when none are taken."""


def run(settings: Settings, started: Callable[[Serving], None], *, attached: bool = False) -> None:
    """Serve until SIGTERM or SIGINT, or, when `attached`, until standard input ends.

    Raises Unable and PromptUnusable.
    """
    uvloop.run(serve(settings, started, attached=attached))


async def serve(settings: Settings, started: Callable[[Serving], None], *, attached: bool) -> None:
    """Start everything, wait for the signal, say goodbye to callers, stop everything."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if attached:  # whoever started us is gone when their end of the pipe is
        loop.add_reader(sys.stdin.fileno(), _at_its_end, stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve_until(stop, settings, started)


def _at_its_end(stop: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stop.set()


async def serve_until(
    stop: asyncio.Event,
    settings: Settings,
    started: Callable[[Serving], None],
    *,
    clock: Callable[[], float] = monotonic,
) -> None:
    """Take calls until `stop` is set. `clock`: seconds that only go on."""
    dialin, metrics = settings.dialin, DialInMetrics()
    service = _service(settings, await asyncio.to_thread(_prompts, settings), metrics, clock)
    telephony = _telephony(settings, service, metrics)
    main = http_server(
        _Front(telephony, DemoPhone(telephony, dialin.pages) if dialin.pages else None, metrics),
        dialin.bind,
        dialin.port,
        sockets=telephony.endpoint,
        tls_cert=dialin.tls_cert,
        tls_key=dialin.tls_key,
    )
    servers = [main]
    if dialin.admin_bind:
        servers.append(http_server(_operators(metrics), *host_and_port(dialin.admin_bind), sockets=None))
    async with AsyncExitStack() as stack:
        serving = [asyncio.create_task(server.serve()) for server in servers]
        stack.push_async_callback(_stop_serving, servers, serving)
        await _up(servers, serving)
        by_sip = await stack.enter_async_context(_sip(dialin, service, metrics)) if dialin.sip_bind else None
        started(Serving(service, metrics, main.port, by_sip.port if by_sip is not None else 0))
        await _first(stop, serving)
        log.info("draining", calls=len(service))
        await service.stop(dialin.stop_seconds * GOODBYE_WITHIN)
        await telephony.endpoint.drain(timeout=dialin.stop_seconds * (1 - GOODBYE_WITHIN))


def _prompts(settings: Settings) -> Prompts:
    prompts = Prompts(own=settings.prompts_folder)
    if prompts.missing and not settings.dialin.tones:
        raise Unable(
            f"{len(prompts.missing)} spoken prompts are missing: run `make prompts` where this was built (it"
            " needs espeak-ng and sox), or set dialin.tones to let callers hear tones."
        )
    return prompts


def _service(
    settings: Settings, prompts: Prompts, metrics: DialInMetrics, clock: Callable[[], float]
) -> Service:
    dialin = settings.dialin
    house = House(
        exchange=Exchange(
            url=visits_url(settings), key=dialin.key.get_secret_value(), ca_file=dialin.ca_file
        ),
        prompts=prompts,
        patience=_patience(dialin),
        tally=metrics,
        clock=clock,
    )
    tongues = Tongues(
        of={number: language for number, _, language in (one.partition("=") for one in dialin.languages)},
        otherwise=dialin.language,
    )
    return Service(house, tongues, Room(calls=dialin.calls, a_second=dialin.calls_per_second), _report)


def _patience(dialin: Dialin) -> Patience:
    return Patience(
        first_digit=dialin.first_digit_seconds,
        next_digit=dialin.next_digit_seconds,
        reminder=dialin.reminder_seconds,
        longest=dialin.longest_hours * 3600,
    )


def _telephony(settings: Settings, service: Service, metrics: DialInMetrics) -> Telephony:
    dialin = settings.dialin
    addresses = Addresses(
        public=dialin.public_url,
        own=dialin.own_url or dialin.public_url,
        token=dialin.token.get_secret_value(),
        account=dialin.account,
    )
    return Telephony(
        service,
        addresses,
        digits=settings.pins.digits + 1,
        pages=dialin.pages,
        refused=metrics.turned_away,
    )


@asynccontextmanager
async def _sip(dialin: Dialin, service: Service, metrics: DialInMetrics) -> AsyncIterator[Origin]:
    try:
        async with sip.serving(dialin, service.answering, metrics.rtp) as origin:
            yield origin
    except OSError as error:
        raise Unable(f"{dialin.sip_bind} cannot be used for SIP ({error.strerror}): see [dialin].") from error


def _report(error: BaseException) -> None:
    log.error("bug", error=type(error).__name__, where=where(error), **named(error))


class _Front:
    """What stands on the port that telephony reaches."""

    def __init__(self, telephony: Telephony, phone: DemoPhone | None, metrics: DialInMetrics) -> None:
        self._telephony = telephony
        self._phone = phone
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a mistake of ours is answered, and logged without what it was about."""
        if scope["type"] != "http":
            return
        try:
            await self._serve(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - a bug ends this request, and tells nobody its details
            _report(error)
            await problem(500, {"Connection": "close"}).send(scope, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith(f"{BASE}/") and self._telephony.addresses.token:
            await self._telephony.webhooks(scope, receive, send)
        elif self._phone is not None and path == DemoPhone.PATH:
            await self._phone(scope, receive, send)
        elif self._phone is not None and path == "/metrics":
            await Answer(200, self._metrics.page(), CONTENT_TYPE).send(scope, send)
        else:
            await (as_json({"status": "ok"}) if path == "/healthz" else problem(404)).send(scope, send)


def _operators(metrics: DialInMetrics) -> Asgi:
    async def app(scope: Scope, _: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answers = {
            "/metrics": lambda: Answer(200, metrics.page(), CONTENT_TYPE),
            "/healthz": lambda: as_json({"status": "ok"}),
        }
        await answers.get(scope["path"], lambda: problem(404))().send(scope, send)

    return app


async def _up(servers: list[HttpServer], serving: list[asyncio.Task[None]]) -> None:
    """Wait until every server listens; a port that is taken ends the start."""
    while not all(server.started for server in servers):
        for task in serving:
            if task.done():
                raise Unable("A port of the dial-in is taken: choose others in [dialin].")
        await asyncio.sleep(0.005)


async def _first(stop: asyncio.Event, serving: list[asyncio.Task[None]]) -> None:
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([waiting, *serving], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _stop_serving(servers: list[HttpServer], serving: list[asyncio.Task[None]]) -> None:
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*serving, return_exceptions=True)


def say_ready(serving: Serving) -> None:
    """Print where calls are taken, for who started this process: one line of JSON."""
    ports = {"port": serving.port, "sip": serving.sip}
    print(json.dumps({"serving": "dialin", **ports}), flush=True)  # noqa: T201 - it is asked for
