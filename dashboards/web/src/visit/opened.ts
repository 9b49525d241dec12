/**
 * "Opened" (B1): the first thing that a person does on a link's page is told to the clinic, once.
 *
 * Loading, timers and what scripts do tell nothing: mail scanners and previews do all of these (D8).
 */

import { call } from "../wire/rest.ts";
import { kept } from "./kept.ts";

/** Focus is not among them: scripts move it too, and a person who moves it has pressed something. */
const DEEDS = ["pointerdown", "keydown", "click"] as const;
const EARLY = { capture: true, passive: true };

/** Tell it when it happens. Whether it arrives is nobody's worry here: joining tells more. */
export function tellOpened(token: string): void {
  if (kept.get().opened) return;
  const acted = (event: Event) => {
    if (!event.isTrusted) return; // a script made it up
    for (const deed of DEEDS) window.removeEventListener(deed, acted, EARLY);
    kept.put({ opened: true });
    void call("POST", "/links/opened", { token }).catch(() => undefined);
  };
  for (const deed of DEEDS) window.addEventListener(deed, acted, EARLY);
}
