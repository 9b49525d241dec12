"""The caller's way from the greeting to the goodbye: a pure machine of digits, time and the visit's words.

Its driver tells it `began`, `digit`, `heard`, `played` and `late`, each with the time (`now`, seconds of any
clock that only goes on), does the acts that come back in their order, and calls `late` when `due` has come.
Requirements R10, D4 to D7, D13.
"""

from __future__ import annotations

from typing import Final

from gateway.dialin.acts import Act, Clip, End, Hush, Say, Talk, Try, ask_pin, minutes
from gateway.dialin.farewells import CALL_CLINIC, FAREWELLS, PUT_OUT, REFUSALS, to_the_clinic
from gateway.dialin.leg import HangUp
from gateway.dialin.stages import STANDINGS, Patience, Stage, awaited
from signaling import messages as wire

WARNING: Final = 300.0
"""Seconds before the lapse at which the caller is told of it."""
_TRY_AGAIN: Final = frozenset({"try_later", "busy"})
KEYS_AHEAD: Final = 32
"""Keys that are kept from before the question."""
TRIES_OF_ONE: Final = 3
"""How often the visits are asked about one PIN, when they cannot say now."""


class Way:
    """One caller's way."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self.stage = Stage.CALLING
        self.due: float | None = None
        """When to call `late`; None for not at all."""
        self.mic = True
        """Whether the caller is to be heard once they are in."""
        self.typed = ""
        self._length = 10
        self._early = ""
        self._silences = 0
        self._tries = 3
        self._asked_again = 0
        self._clinic_phone = ""
        self._clock = 0.0  # the server's seconds at our 0
        self._prefix = ""
        self._prefix_at = 0.0
        self._door: wire.Door | None = None
        self._lapse: float | None = None
        self._warns: float | None = None
        """When the caller is told of the lapse, if that is still to come."""
        self._reason = HangUp.LEFT
        self._ends: float | None = None

    # ------------------------------------------------------------ what happens

    def began(
        self, ready: wire.ReadyPhone, now: float, *, greeted: bool = False, typed: str = ""
    ) -> list[Act]:
        """The visits know of the call. `greeted`: the origin asked for the PIN already, and `typed` is what
        came of it.
        """
        self._length, self._tries, self._clinic_phone = ready.length, ready.tries, ready.clinic_phone
        self._clock = ready.now / 1000 - now
        self._ends = now + self._patience.longest
        typed += self._early
        if not greeted and not typed:
            return self._ask(now, Clip.GREETING)
        self._wait_for_digit(now)
        acts: list[Act] = []
        for digit in typed:
            acts += self.digit(digit, now)
        return acts or self._missed(now)

    def digit(self, digit: str, now: float) -> list[Act]:
        """The caller pressed a key; who types before they are asked has done so all the same."""
        if self.stage is Stage.CALLING:
            self._early = (self._early + digit)[:KEYS_AHEAD]
        if self.stage is Stage.ASKED:
            return self._digit_of_pin(digit, now)
        if self.stage in (Stage.HELD, Stage.WAITING, Stage.IN):
            return self._command(digit, now)
        return []

    def played(self, now: float) -> list[Act]:
        """The last `Say` was heard to its end."""
        if self.stage is Stage.GOODBYE:
            return self._over()
        if self.stage is Stage.ASKED and not self.typed:
            self.due = now + self._patience.first_digit
        return []

    def heard(self, message: wire.Message, now: float) -> list[Act]:
        """The visit said something."""
        if self.stage in (Stage.GOODBYE, Stage.OVER):
            return []
        match message:
            case wire.Error():
                return self._refused(message, now)
            case wire.You():
                return self._stands(message, now)
            case wire.AtDoor():
                return self._at_door(message.door, now)
            case wire.Inside() | wire.VisitChanged():
                return self._visit(message, now)
            case wire.Asked(what="mute"):
                return self._mute(now, Clip.MUTED_BY_PROVIDER)
            case wire.Bye():
                return self._farewell(message.code, now)
        return []

    def lost(self, now: float) -> list[Act]:
        """The visits are out of reach, and stay so."""
        return self._goodbye(now, HangUp.BUSY, Clip.TRY_LATER)

    def stop(self, now: float) -> list[Act]:
        """This process is being stopped."""
        return self._goodbye(now, HangUp.STOPPING, Clip.TRY_LATER)

    def late(self, now: float) -> list[Act]:
        """The time `due` has come."""
        if self.due is None or now < self.due:
            return []
        self.due = None
        if self.stage is Stage.GOODBYE:
            return self._over()
        if self._ends is not None and now >= self._ends:
            return self._goodbye(now, HangUp.LONG, Clip.GOODBYE)
        match self.stage:
            case Stage.ASKED:
                return self._missed(now)
            case Stage.TRYING:
                return self._try_again(now)
            case Stage.HELD | Stage.WAITING:
                return self._remind(now)
            case Stage.IN:
                return self._warn(now)
        return []

    # ------------------------------------------------------------ the PIN

    def _ask(self, now: float, *first: str) -> list[Act]:
        self.stage, self.typed, self._asked_again = Stage.ASKED, "", 0
        self.due = None  # counted from the end of the prompt
        return [Say((*first, ask_pin(self._length)))]

    def _wait_for_digit(self, now: float) -> None:
        self.stage, self.typed, self._asked_again = Stage.ASKED, "", 0
        self.due = now + self._patience.first_digit

    def _digit_of_pin(self, digit: str, now: float) -> list[Act]:
        if digit == "*":
            return self._ask(now, Clip.START_OVER)
        if digit == "#" and self.typed:
            return [Hush(), *self._missed(now)]
        if digit == "#":  # the end of what was typed for somebody else
            self.due = now + self._patience.first_digit
            return [Hush()]
        self.typed += digit
        if len(self.typed) < self._length:
            self.due = now + self._patience.next_digit
            return [Hush()]
        self.stage = Stage.TRYING
        self.due = now + self._patience.answer
        return [Hush(), Try(self.typed)]

    def _missed(self, now: float) -> list[Act]:
        """Nothing that could be asked about: that may happen as often as a wrong PIN."""
        why = Clip.TOO_SHORT if self.typed else Clip.NOTHING_TYPED
        self._silences += 1
        if self._silences >= self._tries:
            return self._goodbye(now, HangUp.SILENT, why, *to_the_clinic(self._clinic_phone))
        return self._ask(now, why)

    def _refused(self, error: wire.Error, now: float) -> list[Act]:
        if error.number:
            self._clinic_phone = error.number
        if error.code == "tries_used":
            return self._goodbye(now, HangUp.MISSED, Clip.NOT_FOUND, *to_the_clinic(self._clinic_phone))
        if error.code == "pin_early":
            wait = error.at / 1000 - self._clock - now
            return self._goodbye(now, HangUp.EARLY, Clip.EARLY, minutes(-int(-wait // 60)), Clip.GOODBYE)
        if error.code == "pin_wrong" or error.tries_left:  # another PIN may be right
            why = Clip.OVER if error.code == "pin_over" else Clip.NOT_FOUND
            return self._ask(now, why) if self.stage is Stage.TRYING else self.lost(now)
        if error.code in _TRY_AGAIN and self.stage is Stage.TRYING:
            self.due = now + max(error.retry_after_ms / 1000, 1.0)
            return [] if self._asked_again else [Say((Clip.ONE_MOMENT,))]
        clip, reason = REFUSALS.get(error.code, (Clip.TRY_LATER, HangUp.BUSY))
        return self._last(now, reason, clip)

    def _try_again(self, now: float) -> list[Act]:
        self._asked_again += 1
        if self._asked_again >= TRIES_OF_ONE:
            return self.lost(now)
        self.due = now + self._patience.answer
        return [Try(self.typed)]

    # ------------------------------------------------------------ at the door and inside

    def _stands(self, you: wire.You, now: float) -> list[Act]:
        if you.standing in PUT_OUT:
            return self._last(now, HangUp.REMOVED, PUT_OUT[you.standing])
        stage = STANDINGS.get(you.standing)
        if stage is None or stage is self.stage:
            return []
        before, self.stage, self._prefix = self.stage, stage, ""
        if stage is Stage.IN:
            self._set_timer(now)
            return [Say((Clip.IN_CALL,)), Talk(self.mic)]
        self._door = None if before is Stage.TRYING else self._door
        self.due = now + self._patience.reminder
        return [Say((self._where(),))] if stage is Stage.HELD or self._door else []

    def _at_door(self, door: wire.Door, now: float) -> list[Act]:
        """What who waits may know: said when it is news."""
        if self.stage not in (Stage.HELD, Stage.WAITING):
            return []
        before = self._where() if self._door is not None or self.stage is Stage.HELD else None
        self._door = door
        if self._where() == before:
            return []
        self.due = now + self._patience.reminder
        return [Say((self._where(),))]

    def _where(self) -> Clip:
        return Clip.HELD if self.stage is Stage.HELD else awaited(self._door)

    def _remind(self, now: float) -> list[Act]:
        self.due = self._no_later(now + self._patience.reminder)
        return [Say((Clip.STILL_WAITING, self._where()))]

    def _visit(self, message: wire.Inside | wire.VisitChanged, now: float) -> list[Act]:
        lapse = message.visit.lapses_at / 1000 - self._clock
        longer = self._lapse is not None and lapse > self._lapse + 1
        told = self._lapse is not None and now >= self._lapse - WARNING
        self._lapse = lapse
        self._set_timer(now)
        return [Say((Clip.EXTENDED,))] if longer and told and self.stage is Stage.IN else []

    def _set_timer(self, now: float) -> None:
        """Inside there is the warning to wait for, unless it is past, and the longest call's end."""
        if self.stage is not Stage.IN:
            return
        warn = self._lapse - WARNING if self._lapse is not None else None
        # the visit speaks of it in the same instant: that is no reason not to tell
        self._warns = warn if warn is not None and (warn > now or warn == self._warns) else None
        self.due = self._no_later(self._warns)

    def _no_later(self, at: float | None) -> float | None:
        times = [one for one in (at, self._ends) if one is not None]
        return min(times, default=None)

    def _warn(self, now: float) -> list[Act]:
        self._warns = None
        self._set_timer(now)
        return [Say((Clip.FIVE_MINUTES,))]

    def _command(self, digit: str, now: float) -> list[Act]:
        """Two keys: *6 mutes, #6 unmutes, *1 helps."""
        prefix = self._prefix if now < self._prefix_at + self._patience.next_digit else ""
        self._prefix = ""
        if digit in "*#":
            self._prefix, self._prefix_at = digit, now
            return []
        match prefix + digit, self.stage:
            case "*6", Stage.IN:
                return self._mute(now, Clip.MUTED)
            case "#6", Stage.IN:
                self.mic = True
                return [Talk(mic=True), Say((Clip.UNMUTED,))]
            case "*1", Stage.IN:
                return [Say((Clip.HELP_IN_CALL,))]
            case "*1", _:
                return [Say((self._where(),))]
        return []

    def _mute(self, now: float, told: Clip) -> list[Act]:
        if self.stage is not Stage.IN:
            return []
        self.mic = False
        return [Talk(mic=False), Say((told,))]

    # ------------------------------------------------------------ the end

    def _farewell(self, code: str, now: float) -> list[Act]:
        clip, reason = FAREWELLS.get(code, (Clip.TRY_LATER, HangUp.BUSY))
        return self._last(now, reason, clip)

    def _last(self, now: float, reason: HangUp, clip: Clip) -> list[Act]:
        return self._goodbye(
            now,
            reason,
            clip,
            *(to_the_clinic(self._clinic_phone) if clip in CALL_CLINIC else (Clip.GOODBYE,)),
        )

    def _goodbye(self, now: float, reason: HangUp, *clips: str) -> list[Act]:
        """Say something last. Nothing that comes now changes it."""
        if self.stage in (Stage.GOODBYE, Stage.OVER):
            return []
        acts: list[Act] = [Talk(mic=False)] if self.stage is Stage.IN else []
        self.stage, self._reason, self.due = Stage.GOODBYE, reason, now + self._patience.goodbye
        return [*acts, Say(clips)]

    def _over(self) -> list[Act]:
        self.stage, self.due = Stage.OVER, None
        return [End(self._reason)]
