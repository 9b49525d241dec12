import { useEffect, useRef } from "preact/hooks";
import { ChevronLeft, ChevronRight, Search as Glass, X } from "lucide-preact";
import { Button, Icon } from "../../ui/index.ts";
import { clock } from "../../wire/index.ts";
import { go, place } from "../address.ts";
import { addDays, dayOf, isDay } from "../day.ts";
import { dayText } from "../times.ts";
import { words } from "../words.ts";
import type { Board } from "./board.ts";
import { FILTERS } from "./filter.ts";
import { focusRow } from "./Table.tsx";
import type { RoomView } from "./view.ts";

/** The search field. `/` goes to it from anywhere, Escape empties it, the down arrow goes on to the rows. */
export function Search({ view }: { view: RoomView }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const search = view.search.value;
  return (
    <div class="search" role="search">
      <Icon of={Glass} />
      <input
        ref={field}
        class="search-field"
        type="text"
        aria-label={words.room.searchName}
        aria-keyshortcuts="/"
        placeholder={words.room.search}
        value={search}
        onInput={(event) => view.seek(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") view.seek("");
          if (event.key === "ArrowDown" || event.key === "Enter") focusRow(view.current.peek());
        }}
      />
      {search ? (
        <Button kind="plain" size="dense" icon={X} label={words.room.clear} onClick={() => view.seek("")} />
      ) : (
        <kbd aria-hidden="true">/</kbd>
      )}
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;
}

/** The filter chips, each with the number of visits it shows. */
export function Filters({ view }: { view: RoomView }) {
  const numbers = view.tally.value;
  return (
    <div class="chips" role="group" aria-label={words.room.filters}>
      {FILTERS.map((filter) => (
        <button
          key={filter}
          type="button"
          class={`chip chip-${filter}`}
          aria-pressed={view.filter.value === filter}
          onClick={() => view.pick(filter)}
        >
          {words.room.filter[filter]} <span class="chip-number figures">{numbers[filter]}</span>
        </button>
      ))}
    </div>
  );
}

/** Whose visits to show, once there are several providers; one's own stand first. */
export function Providers({ view, own }: { view: RoomView; own: string }) {
  const chosen = view.provider.value;
  const names = view.providers.value;
  if (names.length < 2 && !chosen) return null;
  const others = names.filter((name) => name !== own);
  return (
    <select
      class="input input-dense provider-filter"
      aria-label={words.room.provider}
      value={chosen}
      onChange={(event) => view.choose(event.currentTarget.value)}
    >
      <option value="">{words.room.everyProvider}</option>
      {names.includes(own) && <option value={own}>{words.room.mine}</option>}
      {[...others, ...(chosen && chosen !== own && !others.includes(chosen) ? [chosen] : [])].map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

/** Which day it is, the days beside it, and today. */
export function DaySwitch({ board }: { board: Board }) {
  const shown = place.value.day || board.day.value;
  const today = dayOf(clock.now(), board.zone.value);
  const show = (day: string) => go({ ...place.peek(), visit: "", day: day === today ? "" : day });
  if (!shown) return <div class="days" />;
  return (
    <div class="days" role="group" aria-label={words.room.day}>
      <Button size="dense" icon={ChevronLeft} label={words.room.before} onClick={() => show(addDays(shown, -1))} />
      <label class="day">
        <span class="day-text">{shown === today ? `${words.room.today}, ${dayText(shown)}` : dayText(shown)}</span>
        <input
          class="day-field"
          type="date"
          aria-label={words.room.day}
          value={shown}
          onChange={(event) => isDay(event.currentTarget.value) && show(event.currentTarget.value)}
        />
      </label>
      <Button size="dense" icon={ChevronRight} label={words.room.after} onClick={() => show(addDays(shown, 1))} />
      {shown !== today && (
        <Button size="dense" onClick={() => show(today)}>
          {words.room.today}
        </Button>
      )}
    </div>
  );
}
