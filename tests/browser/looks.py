"""What a page looks like in each state: axe at every width, sizes, and pictures (SCREENSHOTS=folder)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any, Final, Literal

from playwright.async_api import Page

from tests.support.processes import REPO

Scheme = Literal["light", "dark"]
Pictures = Literal["all", "two", "none"]

AXE: Final = REPO / "dashboards/web/node_modules/axe-core/axe.min.js"
SIZES: Final = {320: 640, 390: 844, 820: 1180, 1440: 900, 1920: 1080}
"""Width and height of small and usual telephones, a tablet, a desktop's window, a large screen."""
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
PICTURED: Final[dict[Pictures, frozenset[tuple[int, Scheme]]]] = {
    "all": frozenset((width, scheme) for width in (390, 820, 1440) for scheme in SCHEMES),
    "two": frozenset({(1440, "light"), (390, "dark")}),
    "none": frozenset(),
}
"""Which pictures of a state are kept."""
GRAVE: Final = ("serious", "critical")
BODY_PX: Final = 18
TARGET_PX: Final = 44

_COLOURS: Final = "['color-contrast', 'link-in-text-block']"
_RUN: Final = {
    "light": "axe.run({ resultTypes: ['violations'] })",
    "dark": f"axe.run({{ resultTypes: ['violations'], runOnly: {_COLOURS} }})",
}
"""Light: everything. Dark is the same document in other colours: what can differ is contrast."""
DARK_AT: Final = (390, 1440)
"""Colours do not follow the width, but what is shown does: dark is judged narrow and wide."""

# the text of a guest's page, and what is pressed there; what only screen readers meet has no size
# what passes by itself within seconds is left out of pictures
_HIDE: Final = "(is) => document.querySelector('.toasts')?.style.setProperty('display', is ? 'none' : '')"

_SIZES: Final = """
() => {
  const meets = { visibilityProperty: true, opacityProperty: true };
  const shown = (one) => one.checkVisibility(meets) && !one.closest(".unseen");
  const all = (selector, within) =>
    [...document.querySelectorAll(selector)].filter((one) => shown(one) && (!within || one.closest(within)));
  const what = (one) => `<${one.localName}> ${(one.ariaLabel ?? one.innerText ?? "").slice(0, 40)}`;
  const texts = all("p, li, label, button, input, summary", "main.guest")
    .filter((one) => one.innerText !== "")
    .map((one) => [what(one), parseFloat(getComputedStyle(one).fontSize)]);
  const targets = all("a, button, input, select, summary").map((one) => {
    const pressed = one.closest("label") ?? one; // a label around it is pressed for it
    const { width, height } = pressed.getBoundingClientRect();
    return [what(one), width, height];
  });
  return { texts, targets };
}
"""


@cache
def _axe() -> str:
    return AXE.read_text()


async def grave_faults(page: Page, scheme: Scheme = "light") -> list[str]:
    """What axe calls serious or critical on this page as it is now, by rule, place and reason."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_axe())
    found: dict[str, Any] = await page.evaluate(_RUN[scheme])
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


async def too_wide(page: Page) -> list[str]:
    """Say whether a page has to be scrolled sideways (WCAG 2.2, 1.4.10)."""
    inside, window = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [f"{inside} px wide in a window of {window} px"] if inside > window else []


async def too_small(page: Page) -> list[str]:
    """What of a guest's page is written smaller than 18 px, or hit less easily than 44 px."""
    found: dict[str, Any] = await page.evaluate(_SIZES)
    texts = [f"{what}: text of {px} px" for what, px in found["texts"] if px < BODY_PX]
    targets = [
        f"{what}: {width} x {height} px"
        for what, width, height in found["targets"]
        if min(width, height) < TARGET_PX - 0.5
    ]
    return texts + targets


async def faults_of(page: Page, widths: Collection[int]) -> list[str]:
    """Give what axe finds, light and dark: at these widths, or as the page is now if there are none."""
    if not widths:
        return await _faults_here(page, SCHEMES)
    found: list[str] = []
    async with restored(page):
        for width in widths:
            await page.set_viewport_size({"width": width, "height": SIZES[width]})
            schemes = SCHEMES if width in DARK_AT else SCHEMES[:1]
            faults = [*await too_wide(page), *await _faults_here(page, schemes)]
            found += [f"{width} px: {fault}" for fault in faults]
    return found


async def _faults_here(page: Page, schemes: Collection[Scheme]) -> list[str]:
    found: list[str] = []
    for scheme in schemes:
        await page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {fault}" for fault in await grave_faults(page, scheme)]
    await page.emulate_media(color_scheme="light")
    return found


async def pictured(page: Page, name: str, kept: Collection[tuple[int, Scheme]], folder: Path) -> None:
    """Keep pictures of a state; what passes by itself is left out of them."""
    await page.evaluate(_HIDE, True)
    async with restored(page):
        for width, scheme in sorted(kept):
            await page.set_viewport_size({"width": width, "height": SIZES[width]})
            await page.emulate_media(color_scheme=scheme)
            await page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", animations="disabled")
    await page.evaluate(_HIDE, False)


@asynccontextmanager
async def restored(page: Page) -> AsyncIterator[None]:
    """Show a page otherwise, and as it was afterwards."""
    before = page.viewport_size
    try:
        yield
    finally:
        await page.emulate_media(color_scheme="light")
        if before is not None:
            await page.set_viewport_size(before)


async def compress(folder: Path) -> None:
    """Make the pictures small, where Debian's pngquant is installed."""
    program = which("pngquant")
    if program is None:
        return
    pictures = sorted(map(str, folder.glob("*.png")))  # noqa: ASYNC240 - nothing else runs by then
    options = ["--force", "--ext=.png", "--strip", "--speed=2", "--nofs", "--quality=50-85", "64"]
    process = await asyncio.create_subprocess_exec(program, *options, "--", *pictures)
    await process.wait()
