"""What stands inside our messages."""

from msgspec import field

from signaling.messages.base import How, Link, Part, Role, Standing, Status


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
    late: bool = False
    """The time is over while they wait: the provider is running late, they keep their place (D2)."""


class MediaState(Part, frozen=True, kw_only=True):
    """What a participant sends now, by browser and telephone together."""

    mic: bool = False
    cam: bool = False
    screen: bool = False


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


class InvitationInfo(Part, frozen=True, kw_only=True):
    """An invitation in Visit Details (B1); the contact is masked.

    `state` is queued, sent, failed, opened, waiting, in, lost, left, expired or revoked; `via`
    is email, sms or "".
    """

    invitation: str
    label: str
    state: str
    via: str = ""
    masked: str = ""
    """The address or number with its middle left out."""
    created_at: int = 0
    changed_at: int = 0
    seats: list[str] = field(default_factory=list)
    """Who came with it."""


class BoardRow(Part, frozen=True, kw_only=True):
    """One visit in the waiting room."""

    visit: VisitInfo
    seats: list[Participant] = field(default_factory=list)
