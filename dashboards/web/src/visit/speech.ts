/** Which language a page of a visit speaks: for the staff theirs; for others what they chose here, else the visit's. */

import { browsers, type Language, nearest, speak } from "../ui/language.ts";
import * as staff from "../ui/staffLanguage.ts";
import { kept } from "./kept.ts";

/** So long the page waits to begin in another language; later the words change while it is read. */
const PATIENCE_MS = 2_000;

let isStaff = false;

/** Speak from the start, before the visit is known. */
export function beginToSpeak(by: "staff" | "link"): void {
  isStaff = by === "staff";
  void (isStaff ? staff.speakAsChosen() : speak(chosen() ?? browsers()));
}

/** Speak the visit's language, unless the person chose one. Resolves when the page may be drawn. */
export async function followVisit(language = ""): Promise<void> {
  const next = isStaff || chosen() ? undefined : nearest(language);
  if (!next) return;
  await Promise.race([speak(next), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}

/** The person chose: it holds for this tab, of the staff for this device. */
export function choose(language: Language): void {
  if (isStaff) {
    void staff.choose(language);
    return;
  }
  kept.put({ language });
  void speak(language);
}

function chosen(): Language | undefined {
  return nearest(kept.get().language ?? "");
}
