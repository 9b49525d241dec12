"""`python -m load_tests.picture REPORT PNG`: picture a run's report.html, for the documents.

It needs Chromium, as the tests in browsers do.
"""

import argparse
import asyncio
from pathlib import Path
from typing import Final

from playwright.async_api import async_playwright

CHROMIUM: Final = "/usr/bin/chromium"
WIDTH: Final = 1100
HEIGHT: Final = 900


def main() -> None:
    """Picture it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("report", type=Path)
    parser.add_argument("png", type=Path)
    asked = parser.parse_args()
    asyncio.run(_pictured(asked.report.absolute().as_uri(), asked.png))


async def _pictured(report: str, png: Path) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        await page.goto(report)
        await page.screenshot(path=png, full_page=True)
        await browser.close()


if __name__ == "__main__":
    main()
