"""What single settings may be: lists, networks, addresses and numbers, checked and written one way."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator
from pydantic_settings import NoDecode

from gateway.addresses import host_and_port, origin_of

_MAIL_ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_COUNTRY_LETTERS: Final = 2


def _words(value: object) -> object:
    """Take `a, b` from the environment for a list."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


def _network(value: str) -> str:
    return str(ipaddress.ip_network(value, strict=False))


def _trunk(value: str) -> str:
    name, named, network = value.rpartition("=")
    if named and not re.fullmatch(r"[a-z0-9-]{1,40}", name):
        raise ValueError(f"{value!r} is not like carrier=198.51.100.0/28")
    return f"{name}{named}{_network(network)}"


def _origin(value: str) -> str:
    origin = origin_of(value)
    if origin is None or urlsplit(value).path not in ("", "/"):
        raise ValueError(f"{value!r} is not like https://visits.example.org")
    return origin


def _address(value: str) -> str:
    if value:
        host_and_port(value)
    return value


def _mail_address(value: str) -> str:
    if value and not _MAIL_ADDRESS.fullmatch(value):
        raise ValueError(f"{value!r} is not like visits@example.org")
    return value


def _web_address(value: str) -> str:
    if value and (origin_of(value) is None or "@" in value or any(one in value for one in " ?#")):
        raise ValueError(f"{value!r} is not like https://texts.example.org/send")
    return value


def _socket_address(value: str) -> str:
    if value and origin_of(value.replace("ws", "http", 1)) is None:
        raise ValueError(f"{value!r} is not like wss://visits.example.org/ws")
    return value


def _number_language(value: str) -> str:
    if not re.fullmatch(r"\+[1-9][0-9]{3,14}=[a-z]{2}", value):
        raise ValueError(f"{value!r} is not like +15550100123=es")
    return value


def _country(value: str) -> str:
    if len(value) != _COUNTRY_LETTERS or not value.isascii() or not value.isalpha():
        raise ValueError(f"{value!r} is not like US")
    return value.upper()


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_words)]
Trunks = Annotated[tuple[Annotated[str, AfterValidator(_trunk)], ...], NoDecode, BeforeValidator(_words)]
Origins = Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_words)]
Url = Annotated[str, AfterValidator(lambda value: _origin(value) if value else "")]
Address = Annotated[str, AfterValidator(_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
SocketAddress = Annotated[str, AfterValidator(_socket_address)]
NumbersLanguages = Annotated[
    tuple[Annotated[str, AfterValidator(_number_language)], ...], NoDecode, BeforeValidator(_words)
]
Countries = Annotated[tuple[Annotated[str, AfterValidator(_country)], ...], NoDecode, BeforeValidator(_words)]
