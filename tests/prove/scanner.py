"""Mail scanners and previews open links before people do: nothing changes, and nobody is there (D8)."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path
from typing import Final

from tests.prove.peek import embedded_url, peek
from tests.prove.proof import Findings, Round
from tests.prove.site import Shown, Site
from tests.support.node import token_of

VISITS: Final = 100
"""How often something opens the link before its guest does."""


async def played(folder: Path, _: int) -> Round:
    """Open a link a hundred times as scanners do, and then as its guest."""
    found = Findings()
    async with Site(folder) as site:
        visit = await site.plan(minutes=15)
        personal = await site.invite(visit, label="Daughter")
        board = await site.dashboard(visit)
        before = await _stored(site, visit)
        heard = board.mark()
        for number, (method, path) in enumerate(islice(cycle(_ways(visit, personal["link"])), VISITS)):
            answer = await site.page(path, method)
            found.expect(
                answer.status_code == 200, f"{method} of a link's page is answered {answer.status_code}"
            )
            found.expect(token_of(personal["link"]) not in answer.text, "the page does not repeat the token")
            if number % 10 == 0:
                await site.look(personal["link"])
                await site.look(visit["panel"]["link"])
        found.expect(await _stored(site, visit) == before, "the store holds what it held before")
        await board.ask("watch.board", day="")
        rows = board.named("board")[-1]["rows"]
        found.expect(not rows[0].get("seats"), "nobody is shown")
        told = {message["t"] for message in board.heard[heard:]} - {"beat", "board"}
        found.expect(not told, f"the dashboard is told nothing ({told})")
        state = (await site.ask("GET", f"/visits/{visit['id']}/invitations"))[0]["state"]
        found.expect(state in ("made", "opened"), f"the invitation is unused, not {state}")
        guest = await site.join(personal["link"], "Ana")
        found.expect(guest.ready["standing"] == "waiting", "and then the guest joins")
        await board.wait_for("board.seat", seat__seat=guest.seat, seat__standing="waiting")
        found.figures["opened"] += VISITS
    return found.round()


def _ways(visit: Shown, link: str) -> list[tuple[str, str]]:
    """The page as browsers ask for it, and as clients do that take the fragment for a part of the path."""
    pages = ["/j", f"/j%23{token_of(link)}", f"/v%23{token_of(visit['patient_link'])}", "/v"]
    return [(method, page) for page in pages for method in ("GET", "HEAD")]


async def _stored(site: Site, visit: Shown) -> dict[bytes, object]:
    """Read everything that the store holds of the visit's shard and of PINs."""
    held: dict[bytes, object] = {}
    async with peek(embedded_url(site.data_dir)) as store:
        async for key in store.scan_iter(match=f"{{s{visit['id'][:4]}}}*"):
            held[key] = await store.dump(key)
        async for key in store.scan_iter(match="{p:*"):
            held[key] = await store.dump(key)
    return held
