import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { CalendarPlus, X } from "lucide-preact";
import { Button } from "../../ui/index.ts";
import type { Slot } from "./form/draft.ts";
import { chosenOn } from "./places.ts";
import { daySpan } from "./when.ts";
import { words } from "./words.ts";

interface Props {
  slot: Slot;
  zone: string;
  /** It was drawn with the pointer, so the keyboard goes on here. */
  takesFocus: boolean;
  onCreate: () => void;
  onDiscard: () => void;
}

const GAP_PX = 8;

/** "Create New Visit" beside the time that was chosen on the calendar (R5). */
export function SlotPrompt({ slot, zone, takesFocus, onCreate, onDiscard }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const create = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const place = () => box.current && placeBeside(box.current);
    const frame = requestAnimationFrame(place); // the calendar draws the chosen time first
    addEventListener("scroll", place, { capture: true, passive: true });
    addEventListener("resize", place);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("scroll", place, { capture: true });
      removeEventListener("resize", place);
    };
  });
  useEffect(() => {
    if (takesFocus) create.current?.focus({ preventScroll: true });
  }, [takesFocus, slot.start, slot.end]);
  return (
    <div
      ref={box}
      class="slot-prompt"
      role="group"
      aria-label={daySpan(slot.start, slot.end, zone)}
      onKeyDown={(event) => event.key === "Escape" && onDiscard()}
    >
      <p class="figures">{daySpan(slot.start, slot.end, zone)}</p>
      <div class="slot-prompt-acts">
        <Button kind="primary" size="dense" icon={CalendarPlus} buttonRef={create} onClick={onCreate}>
          {words.schedule.create}
        </Button>
        <Button kind="plain" size="dense" icon={X} label={words.schedule.discard} onClick={onDiscard} />
      </div>
    </div>
  );
}

/** To the right of the chosen time, else to its left, else below it; always inside the calendar. */
function placeBeside(box: HTMLElement): void {
  const frame = box.parentElement?.getBoundingClientRect();
  const chosen = box.parentElement && chosenOn(box.parentElement)?.getBoundingClientRect();
  box.classList.toggle("slot-prompt-adrift", !chosen);
  if (!frame || !chosen) return;
  const { width, height } = box.getBoundingClientRect();
  const [right, left] = [chosen.right + GAP_PX, chosen.left - GAP_PX - width];
  const isBeside = right + width <= frame.right || left >= frame.left;
  const x = !isBeside ? chosen.left + GAP_PX : right + width <= frame.right ? right : left;
  const y = isBeside ? chosen.top : chosen.bottom + GAP_PX;
  const top = Math.min(Math.max(y, frame.top + GAP_PX), frame.bottom - height - GAP_PX);
  box.style.setProperty("left", `${x - frame.left}px`);
  box.style.setProperty("top", `${top - frame.top}px`);
}
