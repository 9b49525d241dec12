"""What a Media Streams connection says: its events, and how they are read and written."""

from __future__ import annotations

from typing import Final

import msgspec


class Format(msgspec.Struct):
    """How sound is written."""

    encoding: str
    sample_rate: int = msgspec.field(name="sampleRate")
    channels: int


class Started(msgspec.Struct, rename="camel"):
    """What `start` says."""

    stream_sid: str
    call_sid: str
    media_format: Format
    account_sid: str = ""
    custom_parameters: dict[str, str] = {}


class Connected(msgspec.Struct, tag_field="event", tag="connected"):
    """The first message; says nothing that we need."""


class Start(msgspec.Struct, tag_field="event", tag="start", rename="camel"):
    """The call's stream begins."""

    start: Started
    sequence_number: str = "0"


class Voice(msgspec.Struct):
    """A piece of sound."""

    payload: str
    track: str = "inbound"


class Media(msgspec.Struct, tag_field="event", tag="media", rename="camel"):
    """The caller's voice."""

    media: Voice
    sequence_number: str = "0"


class Key(msgspec.Struct):
    """A key that was pressed."""

    digit: str


class Dtmf(msgspec.Struct, tag_field="event", tag="dtmf", rename="camel"):
    """The caller pressed a key."""

    dtmf: Key
    sequence_number: str = "0"


class Named(msgspec.Struct):
    """A mark."""

    name: str


class Mark(msgspec.Struct, tag_field="event", tag="mark", rename="camel"):
    """What was sent before this mark was heard, or thrown away."""

    mark: Named
    sequence_number: str = "0"


class Stop(msgspec.Struct, tag_field="event", tag="stop", rename="camel"):
    """The call is over."""

    sequence_number: str = "0"


read: Final = msgspec.json.Decoder(Connected | Start | Media | Dtmf | Mark | Stop).decode
write: Final = msgspec.json.Encoder().encode
