"""What stands inside our messages."""

from msgspec import field

from signaling.messages.base import (
    How,
    LetterKind,
    Link,
    Part,
    Progress,
    QualityWord,
    Role,
    Standing,
    Status,
    Via,
)


class Door(Part, frozen=True, kw_only=True):
    """What somebody may see before they are let in (D12), and no more."""

    clinic: str
    provider: str
    """The provider's display name."""
    start: int
    end: int
    zone: str
    """The clinic's zone, as in the IANA database; show times in it."""
    status: Status
    opens_at: int
    """From when on people may wait inside the visit."""
    clinic_phone: str = ""
    logo: str = ""
    """A URL of the clinic's logo."""
    language: str = ""
    """The visit's language, as in BCP 47: en, es."""
    may_invite: bool = False
    """Who looks is the patient, and may invite guests."""
    may_cancel: bool = False
    """Who looks is the patient, and may call the visit off."""
    late: bool = False
    """The time is over while they wait: the provider is running late, they keep their place (D2)."""
    locked: bool = False
    """The visit is locked: nobody comes in but by a provider's word."""


class MediaState(Part, frozen=True, kw_only=True):
    """What a participant sends now, by browser and telephone together."""

    mic: bool = False
    cam: bool = False
    screen: bool = False
    speaks: bool = False
    """Somebody on the telephone says something now."""


class Participant(Part, frozen=True, kw_only=True):
    """One seat as others see it. `label` and `invitation` are for the clinic's eyes only."""

    seat: str
    role: Role
    name: str
    standing: Standing
    link: Link
    how: How = "browser"
    page: str = ""
    """Which load of the page is connected: another value means another browser, so a new media connection."""
    since: int = 0
    """When the standing began."""
    lost_since: int = 0
    """When the connection was lost; 0 unless `link` is `lost`."""
    media: MediaState = MediaState()
    quality: QualityWord = ""
    """How good the browser's connection is (B12); for the clinic's eyes only."""
    invitation: str = ""
    """Whose invitation it was."""
    label: str = ""
    """What the invitation is called: Daughter, Interpreter."""


class VisitInfo(Part, frozen=True, kw_only=True):
    """The visit as those in the call see it; `name`, `room` and `option` are empty for guests."""

    visit: str
    status: Status
    start: int
    end: int
    lapses_at: int
    """When links and PINs expire: the end, and the clinic's grace (R14)."""
    zone: str
    """The clinic's zone, as in the IANA database."""
    clinic: str
    """The clinic's name."""
    patient: str = ""
    """The patient's name."""
    providers: list[str] = field(default_factory=list)
    """The providers' display names."""
    name: str = ""
    room: str = ""
    option: str = ""
    locked: bool = False
    """Every new guest waits for the provider."""
    warned: bool = False
    """The last five minutes have begun, or the time is over."""
    may_invite: bool = False
    """The receiver may ask `get.panel`."""
    clinic_phone: str = ""
    bridge: str = ""
    """The page of the bridge that carries the visit's telephones; "" while there is none. Browsers in the
    call offer a connection, audio only, to the seat `bridge`, and again when the page is another.
    """


class Peer(Part, frozen=True, kw_only=True):
    """A browser to which the receiver of this message makes the offer.

    Of each pair the one that came into the call last offers.
    """

    seat: str
    page: str


class IceServer(Part, frozen=True, kw_only=True):
    """One entry for RTCConfiguration.iceServers."""

    urls: list[str]
    username: str = ""
    credential: str = ""


class LetterInfo(Part, frozen=True, kw_only=True):
    """One message to somebody invited, and how far it has got."""

    via: Via
    kind: LetterKind
    progress: Progress
    at: int
    """Since when."""
    attempt: int = 0
    reason: str = ""
    """Why it failed, or is tried again: a stable code."""


class InvitationInfo(Part, frozen=True, kw_only=True):
    """An invitation in Visit Details (B1); address and number with their middle left out.

    `state` is made, queued, sent, failed, opened, early, waiting, in, lost, left, denied, removed, expired or
    revoked.
    """

    invitation: str
    label: str
    state: str
    email: str = ""
    phone: str = ""
    interpreter: bool = False
    created_at: int = 0
    changed_at: int = 0
    opened_at: int = 0
    """When a person first did something on its page."""
    letters: list[LetterInfo] = field(default_factory=list)
    seats: list[str] = field(default_factory=list)
    """Who came with it."""


class BoardRow(Part, frozen=True, kw_only=True):
    """One visit in the waiting room."""

    visit: VisitInfo
    seats: list[Participant] = field(default_factory=list)
