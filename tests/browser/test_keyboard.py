"""A guest's whole journey with the keyboard alone, the order of its stops written down (B11)."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.stage import JOURNEY, Stage, in_the_call, title

pytestmark = JOURNEY

DOORSTEP = [
    "Mute microphone",
    "Turn camera off",
    "Your name",
    "Join Meeting",
    "Join without camera",
    "Join by phone",
    "Camera and sound",
    "Español",
]
WAITING = ["Mute microphone", "Turn camera off", "Camera and sound", "Leave", "Español"]
CALL = [
    "Mute microphone",
    "Turn camera off",
    "Share screen",
    "People, 2 in the call",
    "Settings: camera and sound",
    "Leave the call",
]

# what a screen reader would say of the focused element, and whether one sees that it is focused
_FOCUSED = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const label = one.labels?.[0]?.innerText;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const name = (one.ariaLabel ?? label ?? one.innerText ?? "").trim();
  return { name, ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 };
}
"""


async def test_a_guest_needs_no_mouse(stage: Stage) -> None:
    """From the doorstep into the call and out again by Tab, Enter, Space and Escape; focus is always seen."""
    visit = await stage.clinic.plan("Klara Weiss")
    page = await stage.page(visit.guest_url)
    await expect(page.get_by_label("Your camera")).to_be_visible()
    assert await stops(page) == DOORSTEP

    await to(page, "Your name")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Please type your name.")).to_be_visible()
    await page.keyboard.type("Maria Lopez")
    await page.keyboard.press("Enter")
    await expect(title(page, "Your provider knows you're here")).to_be_focused()
    assert await stops(page) == WAITING

    provider = await stage.provider(visit)
    await expect(in_the_call(page)).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert await stops(page) == CALL
    await expect(provider.get_by_role("listitem").filter(has_text="Maria Lopez")).to_be_visible()

    await to(page, "Mute microphone")
    await page.keyboard.press("Space")
    await expect(page.get_by_role("button", name="Unmute microphone")).to_be_focused()
    tile = provider.get_by_role("listitem").filter(has_text="Maria Lopez")
    await expect(tile.get_by_role("img", name="Muted")).to_be_visible()
    await to(page, "People, 2 in the call")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="People")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="People, 2 in the call")).to_be_focused()
    await to(page, "Leave the call")
    await page.keyboard.press("Enter")
    await expect(title(page, "You left the visit")).to_be_focused()


async def stops(page: Page) -> list[str]:
    """Press Tab until it comes round; give the names of the stops, each of which must show its focus."""
    names: list[str] = []
    await page.evaluate("document.activeElement?.blur()")
    for _ in range(20):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(_FOCUSED)
        if focused is None or focused["name"] in names:
            return names
        assert focused["ring"], f"{focused['name']} does not show its focus"
        names.append(focused["name"])
    raise AssertionError(f"Tab does not come round: {names}")


async def to(page: Page, name: str) -> None:
    """Press Tab until a stop has the focus."""
    for _ in range(20):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(_FOCUSED)
        if focused is not None and focused["name"] == name:
            return
    raise AssertionError(f"Tab never comes to {name}")
