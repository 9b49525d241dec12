/** In which language somebody of the staff reads our pages: as they chose on this device, else as their browser asks. */

import { browsers, type Language, nearest, speak } from "./language.ts";

const KEY = "vestibule.language";

/** Speak it from the start, and follow a choice that is made in another tab. */
export function speakAsChosen(): Promise<void> {
  addEventListener("storage", ({ key, newValue }) => {
    if (key === KEY) void speak(nearest(newValue ?? "") ?? browsers());
  });
  return speak(chosen() ?? browsers());
}

export function choose(language: Language): Promise<void> {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // storage may be forbidden: then the choice lasts as long as the page
  }
  return speak(language);
}

function chosen(): Language | undefined {
  try {
    return nearest(localStorage.getItem(KEY) ?? "");
  } catch {
    return undefined;
  }
}
