/** What is pressed must not move away from under the finger: what would move it waits until the press is over. */

const ENDS = ["pointerup", "pointercancel"] as const;

let pressing = false;
let waiting: (() => void)[] = [];

globalThis.addEventListener?.("pointerdown", () => (pressing = true), true);
for (const type of ENDS) globalThis.addEventListener?.(type, over, true);

function over(): void {
  pressing = false;
  for (const act of waiting) setTimeout(act); // the click that the press makes comes first
  waiting = [];
}

/** Do it soon: after the press that is going on, and after its click. */
export function afterPress(act: () => void): void {
  if (pressing) waiting.push(act);
  else setTimeout(act);
}
