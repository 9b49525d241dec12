/**
 * "Opened" (B1): the first thing that a person does on a link's page is told to the clinic, once.
 *
 * Loading, timers and what scripts do tell nothing: mail scanners and previews do all of these (D8).
 */

import { call } from "../wire/rest.ts";
import { kept } from "./kept.ts";

const DEEDS = ["pointerdown", "keydown", "click", "focusin"] as const;
const EARLY = { capture: true, passive: true };

/** What is looked at of an event. */
export interface Deed {
  readonly type: string;
  readonly isTrusted: boolean;
  readonly target: unknown;
}

/** Whether a person did this. Scripts make events that the browser does not vouch for, and this page focuses headings only. */
export function isPersons({ type, isTrusted, target }: Deed): boolean {
  if (!isTrusted) return false;
  return type !== "focusin" || CONTROLS.has((target as { localName?: string } | null)?.localName ?? "");
}

const CONTROLS = new Set(["a", "button", "input", "select", "summary", "textarea"]);

/** Tell it when it happens. Whether it arrives is nobody's worry here: joining tells more. */
export function tellOpened(token: string): void {
  if (kept.get().opened) return;
  const acted = (event: Event) => {
    if (!isPersons(event)) return;
    for (const deed of DEEDS) window.removeEventListener(deed, acted, EARLY);
    kept.put({ opened: true });
    void call("POST", "/links/opened", { token }).catch(() => undefined);
  };
  for (const deed of DEEDS) window.addEventListener(deed, acted, EARLY);
}
