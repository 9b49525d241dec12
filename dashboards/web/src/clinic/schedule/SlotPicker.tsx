import { useId } from "preact/hooks";
import { dayOf, timeOf } from "../../ui/time.ts";
import { clock } from "../../wire/index.ts";
import type { Visit } from "../clinic.ts";
import type { Slot } from "./form/draft.ts";
import { moved, over, quarterOf, STEP_MS, stepOf } from "./slots.ts";
import { words } from "./words.ts";

interface Props {
  slot: Slot | null;
  /** Where the keyboard begins while nothing is chosen. */
  first: () => Slot;
  zone: string;
  visits: readonly Visit[];
  onSlot: (slot: Slot | null) => void;
  onCreate: (slot: Slot) => void;
}

/** How far the readers' scale reaches; only that it can be moved is of use to them. */
const MOST = 4 * 7 * 24 * 4;

/** The calendar's free times for the keyboard: it is moved as a slider is, and says each time with what is on it. */
export function SlotPicker({ slot, first, zone, visits, onSlot, onCreate }: Props) {
  const hint = useId();
  const at = slot ?? first();
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    const by = stepOf(key, shiftKey);
    if (by) onSlot(slot ? moved(slot, by, zone, clock.now()) : at);
    else if (key === "Home") onSlot(quarterOf(clock.now()));
    else if (key === "Enter" || key === " ") onCreate(at);
    else if (key === "Escape" && slot) onSlot(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div
        class="slot-picker"
        role="slider"
        tabIndex={0}
        aria-label={words.schedule.slots}
        aria-describedby={hint}
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={MOST}
        aria-valuenow={Math.min(MOST, Math.max(0, Math.round((at.start - clock.now()) / STEP_MS)))}
        aria-valuetext={textOf(at, zone, visits)}
        onKeyDown={onKeyDown}
      />
      <p class="unseen" id={hint}>
        {words.schedule.slotsHow}
      </p>
    </>
  );
}

function textOf(slot: Slot, zone: string, visits: readonly Visit[]): string {
  const taken = over(slot, visits);
  const when = words.schedule.slot(dayOf(slot.start, zone), timeOf(slot.start, zone), timeOf(slot.end, zone));
  return `${when}, ${taken ? words.schedule.taken(taken) : words.schedule.free}`;
}
