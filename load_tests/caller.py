"""A telephone call, over the dial-in's socket: it is answered, a PIN is typed, the caller is in or waits."""

from collections.abc import Callable

from load_tests.client import Client
from load_tests.dialects import Fields
from load_tests.ground import Ground
from load_tests.screens import Screens
from load_tests.site import Booked
from load_tests.visitor import Visitor


class Caller(Client):
    """One telephone call, over the dial-in's socket."""

    def __init__(self, ground: Ground, number: str, caller: str, screens: Screens | None = None) -> None:
        super().__init__(ground)
        self._hello: Fields = {
            "t": "hello.phone",
            "key": ground.part.access.key,
            "call": ground.page(),
            "dialled": number,
            "caller": caller,
        }
        self._screens = screens
        self.standing = ""
        self.seated: Callable[[str], None] = lambda standing: None
        """Told where the caller stands, whenever that changes."""

    async def hello(self) -> Fields:
        """Say who calls whom."""
        return dict(self._hello)

    def told(self, visitor: Visitor, message: Fields) -> None:
        """Hear where the caller stands, and that it is over."""
        if message["t"] == "you":
            self.standing = message["standing"]
            self.seated(self.standing)
        elif message["t"] == "bye":
            self.over.set()

    async def dial(self, meant: float) -> bool:
        """Call the number; says whether somebody answered."""
        return await self.enter("call", meant)

    async def type_pin(self, booked: Booked, meant: float) -> bool:
        """Type the right PIN; says whether it let the caller in, or to the door."""
        if self._screens is not None:
            self._screens.expect((booked.visit, "phone"), "came", meant, "presence")
        return await self.ask("pin", meant, "digits", digits=booked.pin) is not None

    async def guess(self, pin: str) -> str:
        """Type a PIN that is none, as far as one knows; gives the refusal's code, "" when it was right."""
        answer = await self.answer("digits", digits=pin)
        return "unanswered" if answer is None else answer.get("code", "")
