"""All settings of a node and what follows from them; `Settings.load` reads them once, at the start.

    [server]                            VESTIBULE_SERVER__PORT=8443
    port = 8443                         VESTIBULE_MEDIA__TURN_SECRET_FILE=/run/secrets/turn

The file is weakest, then comes the environment, then the command line.

    settings_sections   every setting, with its bounds       settings_sources   where values come from
    settings_values     what single values may be            settings_check     what does not fit together
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from gateway.addresses import host_and_port, is_loopback, origin_of
from gateway.settings_sections import (
    Bridge,
    Cluster,
    Dialin,
    Limits,
    Log,
    Mail,
    Media,
    Operations,
    Outreach,
    Pins,
    Privacy,
    Secrets,
    Server,
    Store,
    Texts,
)

PREFIX: Final = "VESTIBULE_"


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
