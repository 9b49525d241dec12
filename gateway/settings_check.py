"""What no single setting can say by itself: whether they fit together, and what to think about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from shutil import which
from typing import Final
from urllib.parse import urlsplit

from gateway.addresses import is_loopback
from gateway.media.bridge.orders import PROGRAM
from gateway.settings import Problem, Settings

PIN_ADVICE: Final = ((100, 9), (1_000, 10), (10_000, 11))
"""Up to how many known PINs how many random digits keep guessing hopeless (reliability-security.md, PINs)."""
MOST_DIGITS: Final = 12
SECRET_SHORTEST: Final = 16
"""Letters of a secret that signs."""
PUBLIC_URL_LONGEST: Final = 60
"""With it a link has at most 110 letters, and a text message at most two parts (outreach/texts.py)."""


def problems(settings: Settings) -> list[Problem]:
    """List what keeps the node from starting with these settings; empty when nothing does."""
    return [problem for rule in _RULES for problem in rule(settings)]


def advice(settings: Settings) -> list[Problem]:
    """List what works but should be thought about."""
    return [problem for rule in _ADVICE for problem in rule(settings)]


def advised_digits(known: int) -> int:
    """Say how many random digits PINs should have when so many are known at once."""
    return next((digits for most, digits in PIN_ADVICE if known <= most), MOST_DIGITS)


def _tls_is_whole(settings: Settings) -> Iterator[Problem]:
    server = settings.server
    if (server.tls_cert is None) != (server.tls_key is None):
        yield Problem(
            "server.tls_cert", "a certificate and its key belong together: give both tls_cert and tls_key."
        )
    for key, path in (("tls_cert", server.tls_cert), ("tls_key", server.tls_key)):
        if path is not None and not path.is_file():
            yield Problem(f"server.{key}", f"there is no file {path}.")


def _others_need_tls(settings: Settings) -> Iterator[Problem]:
    server = settings.server
    if is_loopback(server.bind):
        return
    if not server.public_url:
        yield Problem(
            "server.public_url",
            f"say which address people open, because {server.bind} serves other machines.",
        )
    if server.tls_cert is None and not server.trusted_proxies:
        yield Problem(
            "server.bind",
            f"{server.bind} serves other machines, so names and voices need TLS: give tls_cert and"
            " tls_key, or the trusted_proxies that speak TLS for this node.",
        )
    elif server.public_url and not settings.https:
        yield Problem(
            "server.public_url", "it must begin with https://, or browsers refuse camera and microphone."
        )


def _admin_is_private(settings: Settings) -> Iterator[Problem]:
    admin = settings.admin
    if admin is not None and admin[1] == settings.server.port and admin[0] == settings.server.bind:
        yield Problem("server.admin_bind", "it must differ from where people are served.")


def _turn_has_a_secret(settings: Settings) -> Iterator[Problem]:
    media = settings.media
    for key, urls, schemes in (
        ("stun_urls", media.stun_urls, ("stun:", "stuns:")),
        ("turn_urls", media.turn_urls, ("turn:", "turns:")),
    ):
        for url in urls:
            if not url.startswith(schemes):
                yield Problem(f"media.{key}", f"{url!r} does not begin with {schemes[0]} or {schemes[1]}")
    if media.turn_urls and not media.turn_secret.get_secret_value():
        yield Problem(
            "media.turn_secret", "TURN servers need the secret that they share with us (static-auth-secret)."
        )
    if media.force_relay and not media.turn_urls:
        yield Problem("media.force_relay", "without turn_urls there is nothing to relay through.")


def _pepper_is_apart(settings: Settings) -> Iterator[Problem]:
    store = settings.data_dir / "store"
    if settings.secrets_folder.is_relative_to(store):
        yield Problem("secrets.folder", "the pepper must not be in the store's folder, which backups copy.")
    if settings.tombstones_file.is_relative_to(store):
        yield Problem(
            "privacy.tombstones_file", "it must outlive the store, so it must not be in the store's folder."
        )


def _store_url_is_known(settings: Settings) -> Iterator[Problem]:
    known = ("unix://", "redis://", "rediss://", "redis+cluster://", "rediss+cluster://")
    if settings.store.url is not None and not settings.store.url.startswith(known):
        yield Problem("store.url", f"it begins with one of {', '.join(known)}")


def _mail_is_whole(settings: Settings) -> Iterator[Problem]:
    mail = settings.mail
    if mail.ca_file is not None and not mail.ca_file.is_file():
        yield Problem("mail.ca_file", f"there is no file {mail.ca_file}.")
    if not mail.host:
        return
    if not mail.sender:
        yield Problem("mail.sender", "say which address letters come from, like visits@example.org.")
    if bool(mail.user) != bool(mail.password.get_secret_value()):
        yield Problem("mail.user", "a user and a password belong together: give both, or neither.")
    if mail.tls == "none" and not is_loopback(mail.host):
        yield Problem(
            "mail.tls",
            f"links and addresses would cross the network to {mail.host} in clear: use starttls or tls.",
        )


def _texts_are_whole(settings: Settings) -> Iterator[Problem]:
    texts = settings.texts
    secret = texts.token.get_secret_value()
    if not texts.provider:
        return
    if texts.provider == "twilio" and not (texts.account and secret and texts.sender):
        yield Problem("texts.account", "Twilio needs account, token and sender.")
    if texts.provider == "webhook" and not texts.url:
        yield Problem("texts.url", "say where your program takes texts.")
    if texts.provider == "webhook" and len(secret) < SECRET_SHORTEST:
        yield Problem("texts.token", f"it signs what is sent: at least {SECRET_SHORTEST} random letters.")
    if texts.url.startswith("http://") and not is_loopback(urlsplit(texts.url).hostname or ""):
        yield Problem("texts.url", "links and numbers would cross the network in clear: use https.")
    if len(settings.public_url) > PUBLIC_URL_LONGEST:
        yield Problem(
            "server.public_url",
            f"with more than {PUBLIC_URL_LONGEST} letters, a link does not fit into a text message.",
        )


def _something_mixes(settings: Settings) -> Iterator[Problem]:
    bridge = settings.bridge
    if bridge.backend != "janus" or not bridge.bind:
        return
    if not bridge.janus_url:
        if which(PROGRAM) is None:
            yield Problem(
                "bridge.backend", f"there is no {PROGRAM} here (`apt install janus`): or give janus_url."
            )
        return
    if bridge.janus_url.startswith("ws://") and not is_loopback(urlsplit(bridge.janus_url).hostname or ""):
        yield Problem(
            "bridge.janus_url", "what opens its rooms would cross the network in clear: use wss://."
        )
    if not bridge.janus_admin_key.get_secret_value():
        yield Problem(
            "bridge.janus_admin_key", "without one, whoever reaches that Janus can make rooms in it."
        )


_RULES: Final[tuple[Callable[[Settings], Iterator[Problem]], ...]] = (
    _tls_is_whole,
    _others_need_tls,
    _admin_is_private,
    _turn_has_a_secret,
    _pepper_is_apart,
    _store_url_is_known,
    _mail_is_whole,
    _texts_are_whole,
    _something_mixes,
)


def _digits_hold(settings: Settings) -> Iterator[Problem]:
    pins = settings.pins
    wanted = advised_digits(pins.known_at_once)
    if pins.digits < wanted:
        yield Problem(
            "pins.digits",
            f"with up to {pins.known_at_once:,} PINs known at once, {wanted} digits are advised, not"
            f" {pins.digits}: with fewer, wrong guesses soon make every caller wait for the provider.",
        )


def _disk_is_synced(settings: Settings) -> Iterator[Problem]:
    if settings.store.url is None and settings.store.appendfsync != "always":
        yield Problem(
            "store.appendfsync", "a power cut can lose the last second, admissions and invitations included."
        )


def _metrics_are_private(settings: Settings) -> Iterator[Problem]:
    admin = settings.admin
    if admin is not None and not is_loopback(admin[0]):
        yield Problem(
            "server.admin_bind", f"{admin[0]} serves /metrics to other machines: let only yours reach it."
        )


def _calls_need_turn(settings: Settings) -> Iterator[Problem]:
    if not is_loopback(settings.server.bind) and not settings.media.turn_urls:
        yield Problem(
            "media.turn_urls", "without a TURN server, people behind strict firewalls hear and see nobody."
        )


def _letters_leave(settings: Settings) -> Iterator[Problem]:
    if not settings.mail.host:
        yield Problem("mail.host", "without a mail server no invitation or reminder leaves by e-mail.")
    if not settings.texts.provider:
        yield Problem(
            "texts.provider", "without a provider no invitation or reminder leaves by text message."
        )


_ADVICE: Final[tuple[Callable[[Settings], Iterator[Problem]], ...]] = (
    _digits_hold,
    _disk_is_synced,
    _metrics_are_private,
    _calls_need_turn,
    _letters_leave,
)
