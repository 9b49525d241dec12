"""What a page looks like in each state: axe, sizes, and pictures of it (SCREENSHOTS=folder)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any, Final, Literal

from playwright.async_api import Page, ViewportSize

from tests.support.processes import REPO

AXE: Final = REPO / "dashboards/web/node_modules/axe-core/axe.min.js"
SIZES: Final = {1440: 900, 820: 1180, 390: 844}
"""Width and height of a desktop's window, a tablet, a telephone."""
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
GRAVE: Final = ("serious", "critical")
BODY_PX: Final = 18
TARGET_PX: Final = 44

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


async def grave_faults(page: Page) -> list[str]:
    """What axe calls serious or critical on this page as it is now, by rule, place and reason."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_axe())
    found: dict[str, Any] = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


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


async def faults_of(page: Page, *, guest: bool) -> list[str]:
    """Give what axe finds on a page as it is now, light and dark; of a guest's also what is too small."""
    found = await too_small(page) if guest else []
    for scheme in SCHEMES:
        async with shown(page, scheme):
            found += [f"{scheme}: {fault}" for fault in await grave_faults(page)]
    return found


async def pictured(page: Page, name: str, folder: Path) -> None:
    """Keep six pictures: three sizes, light and dark."""
    await page.evaluate(_HIDE, True)
    for width, height in SIZES.items():
        for scheme in SCHEMES:
            async with shown(page, scheme, {"width": width, "height": height}):
                path = folder / f"{name}-{width}-{scheme}.png"
                await page.screenshot(path=path, animations="disabled")
    await page.evaluate(_HIDE, False)


async def compress(folder: Path) -> None:
    """Make the pictures small, where Debian's pngquant is installed."""
    program = which("pngquant")
    if program is None:
        return
    pictures = sorted(map(str, folder.glob("*.png")))  # noqa: ASYNC240 - nothing else runs by then
    options = ["--force", "--ext=.png", "--strip", "--speed=2", "--nofs", "--quality=50-85", "64"]
    process = await asyncio.create_subprocess_exec(program, *options, "--", *pictures)
    await process.wait()


@asynccontextmanager
async def shown(
    page: Page, scheme: Literal["light", "dark"], size: ViewportSize | None = None
) -> AsyncIterator[None]:
    """Show a page so, and as it was afterwards."""
    before = page.viewport_size
    await page.emulate_media(color_scheme=scheme)
    if size is not None:
        await page.set_viewport_size(size)
    try:
        yield
    finally:
        await page.emulate_media(color_scheme="light")
        if size is not None and before is not None:
            await page.set_viewport_size(before)
