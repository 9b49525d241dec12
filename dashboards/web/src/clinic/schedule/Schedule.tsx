import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Plus } from "lucide-preact";
import { Banner, Button } from "../../ui/index.ts";
import { zoneName } from "../../ui/time.ts";
import { clock } from "../../wire/index.ts";
import { go, openVisit, type Place, place } from "../address.ts";
import { listStaff, type Provider, type Visit } from "../clinic.ts";
import { dayOf } from "../day.ts";
import { VisitDetails } from "../details/VisitDetails.tsx";
import { about } from "../now.ts";
import { maySchedule } from "../rights.ts";
import { useStaff } from "../staff.ts";
import { Ending } from "../visit/Ending.tsx";
import { chosen, creating, saved } from "../visit/open.ts";
import { blockState } from "./block.ts";
import { Calendar, type Drawn } from "./Calendar.tsx";
import type { Slot } from "./form/draft.ts";
import { Move } from "./Move.tsx";
import { Range } from "./range.ts";
import "./schedule.css";
import { daysOf, instantsOfDays, isWithin, titleOf, type View, visitsOf } from "./shown.ts";
import { SlotPicker } from "./SlotPicker.tsx";
import { SlotPrompt } from "./SlotPrompt.tsx";
import { over, quarterOf, STEP_MS } from "./slots.ts";
import { DaysSwitch, ProviderFilter, ViewSwitch } from "./Toolbar.tsx";
import { useNarrow } from "./useNarrow.ts";
import { words } from "./words.ts";

interface Moving {
  readonly visit: Visit;
  readonly to: Slot;
  readonly revert: () => void;
}

/** The clinic's week, or a day of it: visits as blocks, and free time to make new ones of (R5). */
export function Schedule() {
  const { live, me } = useStaff();
  const { zone } = me.clinic;
  const mayPlan = maySchedule(me.user.role);
  const narrow = useNarrow();
  const range = useMemo(() => new Range(), []);
  const view = useComputed((): View => (narrow.value || place.value.view === "day" ? "day" : "week")).value;
  const today = useComputed(() => dayOf(about.value, zone)).value;
  const day = place.value.day || today;
  const days = daysOf(day, view);
  const providers = useSignal<readonly Provider[]>([]);
  const theirs = useSignal<ReadonlySet<string>>(new Set());
  const slot = useSignal<Slot | null>(null);
  const byPointer = useSignal(false);
  const moving = useSignal<Moving | null>(null);
  const picker = useRef<HTMLDivElement>(null);

  const seen = useRef(saved.peek());
  const wasCreating = useRef(false);

  useEffect(() => range.follow(), [range]);
  useEffect(() => {
    const { start, end } = instantsOfDays(days, zone);
    range.show(start, end);
  }, [days.first, days.end, zone]);
  useEffect(() => live.show(day), [live, day]);
  useEffect(() => live.board.version.subscribe(() => range.soon()), [live, range]);
  useEffect(() => {
    document.title = words.schedule.title;
    listStaff().then(
      (staff) => {
        providers.value = staff.filter(({ role }) => role === "provider");
      },
      () => {
        // without the chips everyone's visits are shown, and the form says why it has no providers
      },
    );
  }, []);
  useSignalEffect(() => {
    const done = saved.value;
    if (!done || done === seen.current) return;
    seen.current = done;
    slot.value = null;
    void range.refresh().then(() => focusVisit(done.visit));
    const madeFor = dayOf(done.start, zone);
    if (!isWithin(madeFor, daysOf(place.peek().day || today, view))) show({ day: madeFor });
  });

  const show = (part: Partial<Pick<Place, "day" | "view">>) => {
    const { view: _, ...here } = place.peek();
    const next = { ...(_ ? { view: _ } : {}), ...part };
    const to = next.day ?? here.day;
    go({ ...here, ...(next.view ? { view: next.view } : {}), day: to === today ? "" : to });
  };
  const choose = (next: Slot | null, pointer: boolean) => {
    byPointer.value = pointer;
    slot.value = next;
    if (!next) return picker.current?.focus();
    const at = dayOf(next.start, zone);
    if (!isWithin(at, days)) show({ day: at });
    else if (!pointer) requestAnimationFrame(() => document.querySelector(".cal-mirror, .cal-chosen")?.scrollIntoView({ block: "nearest" }));
  };
  const create = (from: Slot) => {
    chosen.value = from;
    creating.value = true;
  };
  useSignalEffect(() => {
    if (wasCreating.current && !creating.value && slot.peek()) choose(null, false); // the form was left
    wasCreating.current = creating.value;
  });

  const drawn = useComputed((): Drawn[] => {
    live.board.version.value;
    return visitsOf(range.visits.value, theirs.value).map((visit) => ({
      visit,
      state: blockState(visit, live.board.find(visit.id)?.state.value, about.value),
    }));
  }).value;
  const open = useComputed(() => place.value.visit).value;
  const visits = drawn.map((one) => one.visit);
  const first = () => firstFree(visits, instantsOfDays(days, zone).start);

  return (
    <div class={open ? "room room-with-details" : "room"}>
      <main class="room-main schedule" id="main" tabIndex={-1} aria-busy={!range.loaded.value}>
        <header class="room-head">
          <h1 class="schedule-title">{words.schedule.title}</h1>
          <DaysSwitch day={day} today={today} view={view} onDay={(to) => show({ day: to })} />
          {!narrow.value && <ViewSwitch view={view} onView={(to) => go(withView(place.peek(), to))} />}
          {mayPlan && (
            <Button
              kind="primary"
              size="dense"
              icon={Plus}
              onClick={() => {
                creating.value = true;
              }}
            >
              {words.schedule.newVisit}
            </Button>
          )}
        </header>
        <div class="room-tools">
          {providers.value.length > 1 && (
            <ProviderFilter
              providers={providers.value}
              chosen={theirs.value}
              onPick={(next) => {
                theirs.value = next;
              }}
            />
          )}
          <p class="soft schedule-zone">{words.schedule.zone(zoneName(about.value, zone))}</p>
        </div>
        {range.refused.value && (
          <Banner tone="wait" live>
            {range.refused.value}
          </Banner>
        )}
        <section class="calendar-frame" aria-label={words.schedule.calendar(titleOf(days, view), zoneName(about.value, zone))}>
          {mayPlan && (
            <SlotPicker
              slot={slot.value}
              first={first}
              zone={zone}
              visits={visits}
              pickerRef={picker}
              onSlot={(next) => choose(next, false)}
              onCreate={create}
            />
          )}
          <Calendar
            zone={zone}
            day={day}
            view={view}
            drawn={drawn}
            slot={slot.value}
            mayPlan={mayPlan}
            onSlot={(next) => choose(next, true)}
            onOpen={openVisit}
            onMove={(visit, to, revert) => {
              moving.value = { visit, to, revert };
            }}
            onDay={(to) => go(withView({ ...place.peek(), day: to === today ? "" : to }, "day"))}
          />
          {slot.value && (
            <SlotPrompt
              slot={slot.value}
              zone={zone}
              takesFocus={byPointer.value}
              onCreate={() => slot.value && create(slot.value)}
              onDiscard={() => choose(null, false)}
            />
          )}
        </section>
        {range.loaded.value && !drawn.length && <p class="soft schedule-none">{words.schedule.none}</p>}
      </main>
      {open && <VisitDetails key={open} visit={open} />}
      {moving.value && (
        <Move
          visit={moving.value.visit}
          to={moving.value.to}
          onKeep={() => {
            moving.value?.revert();
            moving.value = null;
          }}
          onMoved={() => {
            moving.value = null;
            void range.refresh();
          }}
        />
      )}
      <Ending />
    </div>
  );
}

function withView({ view: _, ...here }: Place, view: View): Place {
  return view === "day" ? { ...here, view } : here;
}

/** The first quarter of an hour from now on, or from the first day shown on, that nothing lies over. */
function firstFree(visits: readonly Visit[], from: number): Slot {
  const begin = quarterOf(Math.max(clock.now() + STEP_MS, from));
  const day = 24 * 60 * 60_000;
  for (let at = begin.start; at < begin.start + day; at += STEP_MS) {
    const slot = { start: at, end: at + STEP_MS };
    if (!over(slot, visits)) return slot;
  }
  return begin;
}

/** Give the keyboard to a visit that was just made or changed, once the calendar has drawn it. */
function focusVisit(visit: string): void {
  requestAnimationFrame(() => {
    const block = document.querySelector<HTMLElement>(`.calendar [data-visit="${CSS.escape(visit)}"]`);
    block?.scrollIntoView({ block: "nearest" });
    block?.focus({ preventScroll: true });
  });
}
