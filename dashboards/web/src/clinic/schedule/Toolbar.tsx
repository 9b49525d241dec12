import { ChevronLeft, ChevronRight } from "lucide-preact";
import { Button } from "../../ui/index.ts";
import type { Provider } from "../clinic.ts";
import { addDays, isDay } from "../day.ts";
import { daysOf, isWithin, titleOf, type View } from "./shown.ts";
import { words } from "./words.ts";

interface DaysProps {
  day: string;
  today: string;
  view: View;
  weekStarts: number;
  onDay: (day: string) => void;
}

/** Which days are shown: one step back or on, the browser's own calendar behind the words, and back to today. */
export function DaysSwitch({ day, today, view, weekStarts, onDay }: DaysProps) {
  const step = view === "week" ? 7 : 1;
  const days = daysOf(day, view, weekStarts);
  return (
    <div class="days">
      <Button size="dense" icon={ChevronLeft} label={words.schedule.before[view]} onClick={() => onDay(addDays(day, -step))} />
      <label class="day">
        <span class="strong figures">{titleOf(days, view)}</span>
        <input
          class="day-field"
          type="date"
          aria-label={words.schedule.shown}
          value={day}
          onClick={(event) => event.currentTarget.showPicker?.()}
          onChange={(event) => isDay(event.currentTarget.value) && onDay(event.currentTarget.value)}
        />
      </label>
      <Button size="dense" icon={ChevronRight} label={words.schedule.after[view]} onClick={() => onDay(addDays(day, step))} />
      <Button size="dense" disabled={isWithin(today, days)} onClick={() => onDay(today)}>
        {words.schedule.today}
      </Button>
    </div>
  );
}

export function ViewSwitch({ view, onView }: { view: View; onView: (view: View) => void }) {
  return (
    <div class="views" role="group" aria-label={words.schedule.view}>
      {(["week", "day"] as const).map((one) => (
        <button key={one} type="button" class="view" aria-pressed={one === view} onClick={() => onView(one)}>
          {words.schedule[one]}
        </button>
      ))}
    </div>
  );
}

interface FilterProps {
  providers: readonly Provider[];
  chosen: ReadonlySet<string>;
  onPick: (chosen: ReadonlySet<string>) => void;
}

/** Whose visits are shown: everyone's, or those of the chosen ones. */
export function ProviderFilter({ providers, chosen, onPick }: FilterProps) {
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onPick(next.size === providers.length ? new Set() : next);
  };
  return (
    <div class="chips" role="group" aria-label={words.schedule.providers}>
      <button type="button" class="chip" aria-pressed={!chosen.size} onClick={() => onPick(new Set())}>
        {words.schedule.everyone}
      </button>
      {providers.map(({ id, name }) => (
        <button key={id} type="button" class="chip" aria-pressed={chosen.has(id)} onClick={() => toggle(id)}>
          {name}
        </button>
      ))}
    </div>
  );
}

/** Whether cancelled visits are shown too: they take no time any more. */
export function CancelledFilter({ shown, onPick }: { shown: boolean; onPick: (shown: boolean) => void }) {
  return (
    <button type="button" class="chip" aria-pressed={shown} onClick={() => onPick(!shown)}>
      {words.schedule.cancelled}
    </button>
  );
}
