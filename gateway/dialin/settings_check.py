"""What must be right before telephones are answered: `vestibule dialin` says all of it at once."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.addresses import is_loopback, origin_of
from gateway.settings import Problem, Settings
from languages import languages


def problems(settings: Settings) -> list[Problem]:
    """List what keeps the dial-in from starting with these settings; empty when nothing does."""
    return [
        *_visits_are_known(settings),
        *_telephony_is_whole(settings),
        *_languages_are_ours(settings),
        *_sip_has_ports(settings),
    ]


def visits_url(settings: Settings) -> str:
    """Say where the visits are."""
    return settings.dialin.visits_url or f"ws{settings.public_url.removeprefix('http')}/ws"


def _visits_are_known(settings: Settings) -> Iterator[Problem]:
    dialin = settings.dialin
    if not dialin.key.get_secret_value():
        yield Problem(
            "dialin.key", "give an API key of scope dialin: `vestibule key --scope dialin` makes one."
        )
    url = visits_url(settings)
    host = (origin_of(url.replace("ws", "http", 1)) or "").partition("://")[2]
    if url.startswith("ws://") and not is_loopback(host.rpartition(":")[0].strip("[]") or host):
        yield Problem("dialin.visits_url", "PINs would cross the network in clear: use wss://.")
    if dialin.ca_file is not None and not dialin.ca_file.is_file():
        yield Problem("dialin.ca_file", f"there is no file {dialin.ca_file}.")


def _telephony_is_whole(settings: Settings) -> Iterator[Problem]:
    dialin = settings.dialin
    if (dialin.tls_cert is None) != (dialin.tls_key is None):
        yield Problem("dialin.tls_cert", "a certificate and its key belong together: give both.")
    if bool(dialin.public_url) != bool(dialin.token.get_secret_value()):
        yield Problem("dialin.token", "cloud telephony needs both public_url and token, or neither.")
    for key, url in (("public_url", dialin.public_url), ("own_url", dialin.own_url)):
        host = url.partition("://")[2].rpartition(":")[0].strip("[]") or url.partition("://")[2]
        if url.startswith("http://") and not is_loopback(host):
            yield Problem(f"dialin.{key}", "it must begin with https://: PINs and voices come by it.")


def _sip_has_ports(settings: Settings) -> Iterator[Problem]:
    dialin = settings.dialin
    if dialin.sip_bind and dialin.rtp_last <= dialin.rtp_first:
        yield Problem("dialin.rtp_last", "RTP needs ports: it must be more than rtp_first.")


def _languages_are_ours(settings: Settings) -> Iterator[Problem]:
    spoken = {settings.dialin.language, *(one.partition("=")[2] for one in settings.dialin.languages)}
    for language in sorted(spoken - set(languages())):
        yield Problem("dialin.languages", f"{language!r} is none of {', '.join(languages())}.")
