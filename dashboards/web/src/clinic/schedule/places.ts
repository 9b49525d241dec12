/** Where the keyboard and the eye go on the schedule; each waits until the calendar has drawn. */

/** To the free times, where the keyboard was. */
export function focusPicker(): void {
  document.querySelector<HTMLElement>(".slot-picker")?.focus();
}

/** How many frames the calendar may take to draw what it was told. */
const PATIENCE = 60;

/** To a visit that was just made or moved, once it is drawn. */
export function focusVisit(visit: string, patience = PATIENCE): void {
  requestAnimationFrame(() => {
    const block = document.querySelector<HTMLElement>(`.calendar [data-visit="${CSS.escape(visit)}"]`);
    if (!block && patience) return focusVisit(visit, patience - 1);
    block?.scrollIntoView({ block: "nearest" });
    block?.focus({ preventScroll: true });
  });
}

/** The time that is chosen, as the calendar draws it; null while it is not in sight. */
export function chosenOn(frame: ParentNode): Element | null {
  return frame.querySelector(".cal-mirror, .cal-chosen");
}

/** Scroll to the time that the keyboard chose. */
export function revealChosen(): void {
  requestAnimationFrame(() => chosenOn(document)?.scrollIntoView({ block: "nearest" }));
}
