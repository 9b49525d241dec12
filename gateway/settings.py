"""Every setting of a node, each with its bounds; `Settings.load` reads them once, at the start.

    [server]                            VESTIBULE_SERVER__PORT=8443
    port = 8443                         VESTIBULE_MEDIA__TURN_SECRET_FILE=/run/secrets/turn

The file is weakest, then comes the environment, then the command line. See gateway/settings_sources.py.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from actors.embedded import default_data_dir

PREFIX: Final = "VESTIBULE_"
_PORTS: Final = {"http": 80, "https": 443}
_MAIL_ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
COUNTRY_LETTERS: Final = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the settings: its key, and one sentence."""

    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.key}: {self.sentence}"


class SettingsWrong(Exception):
    """The settings cannot be used; `problems` says why, key by key."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def origin_of(url: str) -> str | None:
    """Give a URL's origin, without the usual port (RFC 6454, section 6.2); None when it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not host:
        return None
    where = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{where}" + (f":{port}" if port and port != _PORTS[parts.scheme] else "")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_and_port(address: str) -> tuple[str, int]:
    """Take `host:port` apart, with an IPv6 address in brackets. Raises ValueError."""
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise ValueError(f"{address!r} is not like 127.0.0.1:8081")
    return host.strip("[]"), int(port)


def _words(value: object) -> object:
    """Take `a, b` from the environment for a list."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


def _network(value: str) -> str:
    return str(ipaddress.ip_network(value, strict=False))


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
    if len(value) != COUNTRY_LETTERS or not value.isascii() or not value.isalpha():
        raise ValueError(f"{value!r} is not like US")
    return value.upper()


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_words)]
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


class _Section(BaseModel):
    """Settings of one subject; unknown names are refused, so that a slip of the pen is not passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Server(_Section):
    """Where the node listens, and how it is reached."""

    bind: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8080, ge=1, le=65_535)
    public_url: Url = ""
    """The address that people open, as links carry it; without one only this machine is served."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    trusted_proxies: Networks = ()
    """Networks whose `X-Forwarded-For` is believed; what is there speaks TLS for us."""
    admin_bind: Address = "127.0.0.1:8081"
    """Where /metrics and the details of /readyz are; "" is nowhere."""
    extra_origins: Origins = ()
    """Origins besides `public_url` whose pages may connect."""
    node: str = Field("node-1", pattern=r"^[a-z0-9-]{1,40}$")
    """The node's name, one of its own among all that share a store."""
    peer_address: Address = ""
    """Host and port at which other nodes reach this one; by default where it listens."""
    ws_url: SocketAddress = ""
    """Where clients find this very node's sockets; by default `public_url` and /ws."""
    stop_seconds: float = Field(10.0, gt=0, le=60)
    """A stop takes no longer than this."""


class Store(_Section):
    """Where visits are kept."""

    url: str | None = None
    """An external Redis or Valkey; without one the node brings its own."""
    data_dir: Path = Field(default_factory=default_data_dir)
    appendfsync: Literal["always", "everysec"] = "always"
    """`always` keeps every acknowledged fact through a power cut; `everysec` may lose the last second's."""


class Secrets(_Section):
    """Where the pepper is: a folder of its own, outside the store's and outside backups."""

    folder: Path | None = None
    """Default: `secrets` in the data directory."""


class Pins(_Section):
    """How PINs are made."""

    digits: int = Field(9, ge=9, le=12)
    """Random digits; one check digit follows. Never change it while PINs are out."""
    known_at_once: int = Field(100, ge=1)
    """How many PINs are known at a time at most, by your own estimate; `config check` advises by it."""


class Media(_Section):
    """What browsers need to find each other."""

    stun_urls: Words = ()
    turn_urls: Words = ()
    turn_secret: SecretStr = SecretStr("")
    """coturn's `static-auth-secret`."""
    credential_minutes: int = Field(10, ge=1, le=60)
    force_relay: bool = False
    """Leave STUN out, so that only relayed addresses can be used from outside."""


class Bridge(_Section):
    """The process that carries sound between telephones and browsers; started when the first one calls."""

    bind: str = "127.0.0.1"
    """Where dial-in processes bring the sound of their calls; "" when this node runs no bridge."""
    port: int = Field(0, ge=0, le=65_535)
    """0 is any that is free."""
    url: str = Field("", pattern=r"^(wss?://[A-Za-z0-9.\[\]:_-]+(/[^ ?#]*)?)?$")
    """The same, as dial-in processes on other machines reach it."""
    backend: Literal["embedded", "janus"] = "embedded"
    """What mixes: the process itself, or the AudioBridge of a Janus (docs/telephones.md)."""
    janus_url: SocketAddress = ""
    """A Janus that you run yourself, like ws://127.0.0.1:8188; by default the bridge starts Debian's."""
    janus_secret: SecretStr = SecretStr("")
    """Its `api_secret`."""
    janus_admin_key: SecretStr = SecretStr("")
    """The `admin_key` with which its AudioBridge makes rooms."""
    janus_rtp_address: str = Field("127.0.0.1", pattern=r"^[0-9a-fA-F.:]+$")
    """Our IP address as it reaches us. Telephones' sound comes by plain RTP: never let it cross a network
    that is not yours alone.
    """


class Privacy(_Section):
    """How soon what was deleted is gone from the disk too (R15)."""

    rewrite_minutes: float = Field(45.0, gt=0, le=55)
    tombstones_file: Path | None = None
    """Default: `tombstones` in the data directory. `restore` reads it: keep it apart from the store."""


class Limits(_Section):
    """What one client may cost."""

    body_bytes: int = Field(65_536, ge=1024)
    looks_per_minute: int = Field(120, ge=1)
    """How often one address may look at links."""
    hellos_per_second: int = Field(400, ge=10)
    """How many connections may say hello in a second. They are worked on one by one; a second's worth waits
    inside, the others are told when to come again. It keeps the calls of those who are in well while
    everybody reconnects: at what one core bears, it takes about a fifth.
    """
    hellos_at_once: int = Field(256, ge=10)
    """How many hellos may wait for their answer, be it for the store's."""
    sign_ins_per_minute: int = Field(60, ge=1)
    """How often one address may try to sign in, whatever the accounts."""
    hashes_at_once: int = Field(2, ge=1, le=16)
    """Passwords checked side by side; each takes 64 MiB for a moment."""
    session_hours: float = Field(12.0, gt=0, le=168)
    """A session's longest life."""
    session_idle_minutes: float = Field(240.0, gt=0, le=10_080)
    """How long a session lasts unused; an open page with a live socket uses none."""


class Mail(_Section):
    """The server that letters by e-mail are handed to; without a host none are sent."""

    host: str = ""
    port: int = Field(0, ge=0, le=65_535)
    """0 is the usual one: 587 with starttls, 465 with tls, 25 with none."""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    """The connection is encrypted or nothing is sent; `none` is for a server on this machine."""
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: MailAddress = ""
    """The address that letters come from; its name is the clinic's."""
    ca_file: Path | None = None
    """Who vouches for the server's certificate, if not one of those that this machine knows."""
    timeout_seconds: float = Field(10.0, gt=0, le=60)
    """For each of connecting, naming the receiver, and handing over."""
    connections: int = Field(8, ge=1, le=64)
    """How many letters are handed over at a time, each on a connection of its own."""


class Texts(_Section):
    """Who delivers text messages; without a provider none are sent."""

    provider: Literal["", "twilio", "webhook"] = ""
    """`twilio`: Twilio's API, or one that speaks like it. `webhook`: a program of yours, docs/outreach.md."""
    url: WebAddress = ""
    """Where the provider is; Twilio's own by default."""
    account: str = Field("", pattern=r"^[A-Za-z0-9_-]*$")
    """Twilio's account SID."""
    token: SecretStr = SecretStr("")
    """Twilio's auth token, or the secret with which webhooks are signed, both ways."""
    sender: str = Field("", pattern=r"^(\+[1-9][0-9]{6,14}|MG[0-9a-fA-F]{32}|[A-Za-z0-9 ]{0,11})$")
    """The number that texts come from, as in E.164, or a messaging service's SID."""
    countries: Countries = ("US",)
    """Whose telephone numbers are served (ISO 3166-1); others are refused when they are typed."""
    per_day: int = Field(2_000, ge=0)
    """Texts that the whole deployment sends in a UTC day at most, whatever asks for them."""
    timeout_seconds: float = Field(15.0, gt=0, le=60)
    at_once: int = Field(4, ge=1, le=64)


class Outreach(_Section):
    """How many letters may be asked for."""

    per_user_hour: int = Field(100, ge=1)
    per_clinic_day: int = Field(5_000, ge=1)
    per_destination_day: int = Field(10, ge=1)
    """Letters to one address or number, of one clinic."""


class Dialin(_Section):
    """The process that answers telephones, `vestibule dialin` (docs/telephones.md)."""

    visits_url: SocketAddress = ""
    """Where the visits are, like wss://visits.example.org/ws; default: this deployment's own `public_url`."""
    key: SecretStr = SecretStr("")
    """An API key of scope `dialin` (`vestibule key --scope dialin`)."""
    ca_file: Path | None = None
    """Who vouches for the visits' certificate, if not one of those that this machine knows."""
    bind: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8082, ge=0, le=65_535)
    """Where webhooks and streams of cloud telephony come in; 0 is any free port."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    admin_bind: Address = "127.0.0.1:8083"
    """Where its /metrics are; "" is nowhere."""
    public_url: Url = ""
    """The address that the telephony's console names; without one there is no cloud telephony."""
    own_url: Url = ""
    """The address of this very process, if several stand behind `public_url`."""
    token: SecretStr = SecretStr("")
    """The telephony's auth token: every request must be signed with it."""
    account: str = Field("", pattern=r"^[A-Za-z0-9_-]*$")
    """The telephony's account SID; with one, other accounts' calls are turned away."""
    pages: Origins = ()
    """A demo's pages that may be a telephone in the browser. Leave it empty."""
    language: str = Field("en", pattern=r"^[a-z]{2}$")
    """What callers hear, unless their number has another language."""
    languages: NumbersLanguages = ()
    """Languages of single numbers, like `+15550100123=es`."""
    prompts: Path | None = None
    """Recordings of your own; default: `prompts` in the data directory."""
    tones: bool = False
    """Start without spoken prompts too; callers hear tones instead."""
    calls: int = Field(200, ge=1)
    """Calls at the same time; more are turned away as busy."""
    calls_per_second: float = Field(20.0, gt=0)
    first_digit_seconds: float = Field(10.0, gt=0, le=60)
    next_digit_seconds: float = Field(6.0, gt=0, le=60)
    reminder_seconds: float = Field(60.0, ge=1, le=600)
    longest_hours: float = Field(8.0, gt=0, le=24)
    """No call is longer."""
    stop_seconds: float = Field(10.0, gt=0, le=60)
    sip_bind: Address = ""
    """Where calls by SIP come in, by UDP and TCP: the carrier's trunk, or your own SBC; "" is nowhere."""
    sip_address: str = Field("", pattern=r"^[0-9a-fA-F.:]*$")
    """Our IP address as the callers' side reaches it; default: the one of the way back to them."""
    sip_allow: Networks = ("127.0.0.0/8", "::1/128")
    """Networks that may call; everybody else gets no answer at all."""
    sip_calls: int = Field(200, ge=1)
    """Calls by SIP at the same time."""
    sip_calls_per_source: int = Field(200, ge=1)
    """The same, from one address."""
    sip_calls_per_second: float = Field(20.0, gt=0)
    """New calls from one address for long; more get no answer."""
    sip_burst: int = Field(100, ge=1)
    """New calls from one address at once."""
    sip_number: str = Field("", pattern=r"^(\+[1-9][0-9]{6,14})?$")
    """What was dialled when the address has no number, as in sip:visit@192.0.2.7."""
    rtp_first: int = Field(40_000, ge=1_024, le=65_534)
    """RTP uses the even ports from here ..."""
    rtp_last: int = Field(44_999, ge=1_025, le=65_535)
    """... to here."""
    rtp_timeout_seconds: float = Field(30.0, ge=1, le=3_600)
    """A caller from whom nothing has come for so long is gone; on hold nothing is expected."""


class Cluster(_Section):
    """Many nodes as one (docs/cluster.md); a node that is alone reads nothing here."""

    head: Address = "127.0.0.1:6380"
    """Where Ray's head is: a loopback address, or a private one of the machine that it runs on."""
    machine: str = ""
    """This machine's own address, loopback or private: where its nodes listen. Default: the head's host."""
    first_port: int = Field(8110, ge=1024, le=64_000)
    """Node K listens on a free port of the ten from first_port + 10 * (K - 1): five for people, five for the
    operator's door.
    """
    token_file: Path | None = None
    """What Ray's processes show each other; default: `cluster/token` in the data directory."""
    firewalled: bool = False
    """A machine that strangers reach keeps Ray's ports from them by a firewall of its own: with an address
    other than 127.0.0.1, Ray listens on all of the machine's addresses.
    """
    ready_seconds: float = Field(90.0, gt=0, le=600)
    """How long a node may take until it is ready."""
    drain_seconds: float = Field(30.0, gt=0, le=600)
    """How long a node may take to hand its visits over, and to stop."""


class Operations(_Section):
    """What the operations page remembers."""

    sample_seconds: float = Field(5.0, ge=0.2, le=60)
    """How far its samples are apart; the last 720 are kept, an hour of them."""


class Log(_Section):
    """What is logged."""

    format: Literal["console", "json"] = "json"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(BaseSettings):
    """All settings, section by section, and what follows from them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    server: Server = Field(default_factory=Server)
    store: Store = Field(default_factory=Store)
    secrets: Secrets = Field(default_factory=Secrets)
    pins: Pins = Field(default_factory=Pins)
    media: Media = Field(default_factory=Media)
    bridge: Bridge = Field(default_factory=Bridge)
    privacy: Privacy = Field(default_factory=Privacy)
    limits: Limits = Field(default_factory=Limits)
    mail: Mail = Field(default_factory=Mail)
    texts: Texts = Field(default_factory=Texts)
    outreach: Outreach = Field(default_factory=Outreach)
    dialin: Dialin = Field(default_factory=Dialin)
    cluster: Cluster = Field(default_factory=Cluster)
    operations: Operations = Field(default_factory=Operations)
    log: Log = Field(default_factory=Log)

    @classmethod
    def load(cls, config_file: Path | None = None, **overrides: Mapping[str, object]) -> Settings:
        """Read the settings; `overrides` are sections, `server={"port": 8443}`. Raises SettingsWrong."""
        from gateway.settings_sources import read

        return read(config_file, overrides).settings

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what `read` has merged, and nothing else."""
        return (init_settings,)

    @property
    def data_dir(self) -> Path:
        """The node's folder."""
        return _whole(self.store.data_dir)

    @property
    def secrets_folder(self) -> Path:
        """The pepper's folder."""
        return _whole(self.secrets.folder or self.data_dir / "secrets")

    @property
    def prompts_folder(self) -> Path:
        """Where a clinic's own recordings for callers are."""
        return _whole(self.dialin.prompts or self.data_dir / "prompts")

    @property
    def tombstones_file(self) -> Path:
        """Where the ids of ended visits are written down, outside the store."""
        return _whole(self.privacy.tombstones_file or self.data_dir / "tombstones")

    @cached_property
    def public_url(self) -> str:
        """The address that people open, without a slash at its end."""
        if self.server.public_url:
            return self.server.public_url
        host = self.server.bind if is_loopback(self.server.bind) else "127.0.0.1"
        where = f"[{host}]" if ":" in host else host
        return f"{self._scheme}://{where}:{self.server.port}"

    @property
    def cluster_token(self) -> Path:
        """The file that Ray's processes show each other."""
        return _whole(self.cluster.token_file or self.data_dir / "cluster" / "token")

    @property
    def machine(self) -> str:
        """This machine's address in a cluster."""
        return self.cluster.machine or host_and_port(self.cluster.head)[0]

    @property
    def peer_address(self) -> str:
        """Where other nodes reach this one: by the machine's name when it listens on all its addresses."""
        bind = self.server.bind
        if bind in ("0.0.0.0", "::"):
            bind = socket.gethostname()
        host = f"[{bind}]" if ":" in bind else bind
        return self.server.peer_address or f"{host}:{self.server.port}"

    @property
    def ws_url(self) -> str:
        """Where clients find this node's sockets."""
        return self.server.ws_url or f"ws{self.public_url.removeprefix('http')}/ws"

    @property
    def https(self) -> bool:
        """Whether people reach us by https."""
        return self.public_url.startswith("https://")

    @cached_property
    def origins(self) -> frozenset[str]:
        """Origins whose pages may connect: ours, those added, and without `public_url` also localhost."""
        own = [self.public_url]
        if not self.server.public_url:
            own.append(f"{self._scheme}://localhost:{self.server.port}")
        return frozenset({origin for one in own if (origin := origin_of(one))} | {*self.server.extra_origins})

    @property
    def admin(self) -> tuple[str, int] | None:
        """Host and port of the operator's door; None when there is none."""
        return host_and_port(self.server.admin_bind) if self.server.admin_bind else None

    @property
    def _scheme(self) -> str:
        return "https" if self.server.tls_cert else "http"


def _whole(path: Path) -> Path:
    return path.expanduser().absolute()
