"""The sections of the settings: every setting with its bounds, and what it is for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from actors.embedded import default_data_dir
from gateway.settings_values import (
    Address,
    Countries,
    MailAddress,
    Networks,
    NumbersLanguages,
    Origins,
    SocketAddress,
    Trunks,
    Url,
    WebAddress,
    Words,
)


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
    sip_allow: Trunks = ("127.0.0.0/8", "::1/128")
    """Networks that may call; everybody else gets no answer at all. Each is a trunk, whose calls no other may
    change or end; where a trunk has several, its name stands before each: `carrier=198.51.100.0/28`.
    """
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
