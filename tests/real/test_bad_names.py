"""Names from outside: shown as text, never as anything else, and never long, invisible or turned around
(threat 11).
"""

import pytest

from tests.support.client import refusal
from tests.support.node import House

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("others")]

MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; & \"quotes\" 'too'",
    "{{7*7}} ${x} %s %n",
    "'; DROP TABLE visits;--",
    "javascript:alert(1)",
    "=HYPERLINK(1)",
]
HOSTILE = {
    "nothing": "",
    "blanks": "   ",
    "NUL": "A\x00na",
    "newline": "Ana\r\nBcc: x@example.com",
    "escape": "\x1b[31mAna",
    "right to left override": "Ana \u202egnp.exe",
    "isolate": "\u2066Ana\u2069",
    "left to right mark": "\u200eAna",
    "zero width space": "\u200b",
    "only joiners": "\u200d\u200d",
    "Hangul filler": "\u3164",
    "braille blank": "\u2800",
    "line separator": "Ana\u2028Lee",
    "private use": "Ana \ue000",
    "stack of marks": "A" + "\u0301" * 20,
    "byte order mark": "\ufeffAna",
    "tag letters": "Ana\U000e0041",
    "65 letters": "x" * 65,
    "4096 letters": "x" * 4096,
}
HONEST = {
    "accents": "Zoë Núñez-O\u2019Brien",
    "decomposed": "Zoe\u0308",
    "Arabic": "\u0645\u062d\u0645\u062f \u0639\u0644\u064a",
    "Hebrew": "\u05e0\u05d5\u05e2\u05d4",
    "Chinese": "王小明",
    "Persian with its joiner": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "emoji": "Ana 👩\u200d⚕️",
    "64 letters": "x" * 64,
    "inner blanks": "Ana   Maria",
}


@pytest.mark.parametrize("name", MARKUP)
async def test_markup_is_a_name_like_any_other(here: House, name: str) -> None:
    """It arrives as it was typed, as text; what a page does with text is the page's own proof."""
    visit = await here.plan()
    provider = await here.provider(visit)
    guest = await here.guest(visit, name)
    await provider.wait_for("seat", seat__seat=guest.seat, seat__name=name)


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_name_is_refused(here: House, name: str) -> None:
    """`bad_name`, by link and by rename; nobody is shown under it."""
    visit = await here.plan()
    provider, ana = await here.provider(visit), await here.guest(visit)
    assert await refusal(here.guest(visit, name)) == "bad_name"
    assert await here.clients[-1].closed() == 4001
    assert await refusal(provider.ask("rename", op="x", seat=ana.seat, name=name)) == "bad_name"
    await provider.round_trip()
    assert {it["seat"]["name"] for it in provider.named("seat")} == {"Ana"}


@pytest.mark.parametrize("name", HONEST.values(), ids=HONEST)
async def test_an_honest_name_is_kept(here: House, name: str) -> None:
    """Composed, and with one blank where there were several."""
    guest = await here.guest(await here.plan(), name)
    assert " ".join(guest.ready["name"].split()) == guest.ready["name"]
    assert len(guest.ready["name"]) <= 64


async def test_4097_letters_are_no_message(here: House) -> None:
    """Longer than anybody types."""
    assert await refusal(here.guest(await here.plan(), "x" * 4097)) == "bad_message"


async def test_10_megabytes_are_cut_off(here: House) -> None:
    """1009, long before all of it was read."""
    visit = await here.plan()
    client = await here.open()
    with pytest.raises((ConnectionError, Exception)):
        await client.hello("hello.link", token=here.guest_token(visit), name="x" * 10_000_000, page="p")
    assert await client.closed() in (1009, 1006)
    assert (await here.guest(visit)).ready["standing"] == "waiting"


@pytest.mark.parametrize("label", ["<b>", "\u202e", "x" * 65, "A\x00"])
async def test_a_hostile_label_names_no_caller(here: House, label: str) -> None:
    """An invitation's label becomes a caller's name, so it is held to the same rule."""
    from engine.ids import OpId
    from engine.refusals import Refused

    visit = await here.plan()
    made = await here.node.desk.invite(visit.id, here.doctor, OpId("x"), label=label)
    assert isinstance(made, Refused) == (label != "<b>")
