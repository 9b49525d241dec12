"""Cameras and microphones that are refused, missing or busy; networks that let no media through."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.stage import JOURNEY, Stage, in_the_call, join, person, title

pytestmark = JOURNEY

# what a browser answers when it is asked for a camera: the one thing that is not real here
_FAILS = """
navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException("no", "{error}"); }};
"""
# a network that lets no media through: no relay is reached, and nothing but a relay is tried
_NO_MEDIA = """
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(options) { super({ ...options, iceServers: [], iceTransportPolicy: "relay" }); }
  setConfiguration() {}
};
"""
_IN_APP = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("NotAllowedError", "Your browser blocks the camera and microphone"),
        ("NotFoundError", "No camera or microphone was found"),
        ("NotReadableError", "Another program is using your camera or microphone"),
    ],
)
async def test_trouble_with_a_camera_says_what_to_do_and_keeps_nobody_out(
    stage: Stage, error: str, says: str
) -> None:
    """Refused, missing, busy: a sentence of its own and a next step; they join all the same."""
    visit = await stage.clinic.plan("Vera Lang")
    context = await stage.context()
    await context.add_init_script(_FAILS.format(error=error))
    page = await stage.page(visit.guest_url, context)
    await expect(
        page.get_by_role("status").or_(page.get_by_role("alert")).filter(has_text=says)
    ).to_be_visible()
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await stage.seen(page, f"guest-camera-{error.removesuffix('Error').lower()}", guest=True)
    await join(page, "Maria Lopez")
    await expect(title(page, "Your provider knows you're here")).to_be_visible()


async def test_a_browser_inside_another_app_leads_to_a_real_one(stage: Stage) -> None:
    """Such a browser often has no camera: the page says how to open itself elsewhere."""
    visit = await stage.clinic.plan("Vera Lang")
    context = await stage.context(user_agent="Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 [FBAN/FBIOS]")
    await context.add_init_script(_IN_APP)
    page = await stage.page(visit.guest_url, context)
    await expect(page.get_by_text("This app can't use your camera").first).to_be_visible()
    await stage.seen(page, "guest-camera-inapp", guest=True)
    await join(page, "Maria Lopez")
    await expect(title(page, "Your provider knows you're here")).to_be_visible()


async def test_without_media_the_telephone_brings_the_sound_for_the_same_person(stage: Stage) -> None:
    """After 10 s without picture and sound the page offers the telephone; who calls is one person (D11)."""
    visit = await stage.clinic.plan("Finn Olsen")
    board = await stage.dashboard(visit)
    await stage.provider(visit)
    invited = await stage.clinic.invite(visit, "Son")
    context = await stage.context()
    await context.add_init_script(_NO_MEDIA)
    page = await stage.page(invited["link"], context)
    await join(page, "Leo Olsen")
    await expect(in_the_call(page)).to_be_visible()
    await page.get_by_role("button", name="Join by phone instead").click()
    await expect(page.get_by_text(invited["pin"][:3])).to_be_visible()
    await stage.seen(page, "call-no-media")
    async with stage.clinic.telephone(visit) as phone:
        await phone.ask("digits", digits=invited["pin"])
        await expect(person(board, "Leo Olsen")).to_contain_text("Browser and phone")
        await expect(person(board, "Leo Olsen")).to_have_count(1)
    await expect(person(board, "Leo Olsen")).not_to_contain_text("Browser and phone")


async def test_joining_without_camera_shows_a_name_instead(stage: Stage) -> None:
    """Who presses "Join without camera" is heard, and seen by name only."""
    visit = await stage.clinic.plan("Mona Berg")
    provider = await stage.provider(visit)
    page = await stage.page(visit.guest_url)
    await page.get_by_label("Your name").fill("Maria Lopez")
    await page.get_by_role("button", name="Join without camera").click()
    await expect(page.get_by_role("button", name="Turn camera on")).to_be_visible()
    await expect(page.get_by_role("button", name="Mute microphone")).to_be_visible()
    tile = provider.get_by_role("listitem").filter(has_text="Maria Lopez")
    await expect(tile).to_contain_text("ML")
    await stage.seen(provider, "call-without-camera")
