import { useEffect, useMemo } from "preact/hooks";
import { Plus } from "lucide-preact";
import { Banner, Button } from "../../ui/index.ts";
import { zoneName } from "../../ui/time.ts";
import { openVisit, place } from "../address.ts";
import { listStaff } from "../clinic.ts";
import { VisitDetails } from "../details/VisitDetails.tsx";
import { about } from "../now.ts";
import { maySchedule } from "../rights.ts";
import { useStaff } from "../staff.ts";
import { Ending } from "../visit/Ending.tsx";
import { Calendar } from "./Calendar.tsx";
import { Move } from "./Move.tsx";
import "./schedule.css";
import { clashesOf, titleOf } from "./shown.ts";
import { SlotPicker } from "./SlotPicker.tsx";
import { SlotPrompt } from "./SlotPrompt.tsx";
import { CancelledFilter, DaysSwitch, ProviderFilter, ViewSwitch } from "./Toolbar.tsx";
import { useNarrow } from "./useNarrow.ts";
import { ScheduleView } from "./view.ts";
import { words } from "./words.ts";

/** The clinic's week, or a day of it: visits as blocks, and free time to make new ones of (R5). */
export function Schedule() {
  const { live, me } = useStaff();
  const narrow = useNarrow();
  const view = useMemo(() => new ScheduleView(me.clinic, live.board, narrow), [me.clinic.zone, me.clinic.week_starts, live]);
  useEffect(() => view.follow(), [view]);
  useEffect(() => live.show(view.day.value), [live, view.day.value]);
  useEffect(() => {
    document.title = words.schedule.title;
  }, [words.schedule.title]);
  useEffect(() => {
    listStaff().then(
      (staff) => {
        view.providers.value = staff.filter(({ role }) => role === "provider");
      },
      () => {
        // without the chips everyone's visits are shown, and the form says why it has no providers
      },
    );
  }, [view]);
  const { visit } = place.value;
  const moving = view.moving.value;
  return (
    <div class={visit ? "room room-with-details" : "room"}>
      <main class="room-main schedule" id="main" tabIndex={-1} aria-busy={!view.range.loaded.value}>
        <Head view={view} mayPlan={maySchedule(me.user.role)} isNarrow={narrow.value} />
        {view.range.refused.value && (
          <Banner tone="wait" live>
            {view.range.refused.value}
          </Banner>
        )}
        <Frame view={view} mayPlan={maySchedule(me.user.role)} />
        {view.range.loaded.value && !view.drawn.value.length && <p class="soft schedule-none">{words.schedule.none}</p>}
      </main>
      {visit && <VisitDetails key={visit} visit={visit} />}
      {moving && (
        <Move
          visit={moving.visit}
          to={moving.to}
          clashes={clashesOf(moving.visit, moving.to, view.range.visits.value)}
          onKeep={() => view.keep()}
          onMoved={() => view.moved()}
        />
      )}
      <Ending />
    </div>
  );
}

function Head({ view, mayPlan, isNarrow }: { view: ScheduleView; mayPlan: boolean; isNarrow: boolean }) {
  return (
    <>
      <header class="room-head">
        <h1 class="schedule-title">{words.schedule.title}</h1>
        <DaysSwitch day={view.day.value} today={view.today.value} view={view.view.value} weekStarts={view.weekStarts} onDay={(day) => view.go(day)} />
        {!isNarrow && <ViewSwitch view={view.view.value} onView={(to) => view.see(to)} />}
        {mayPlan && (
          <Button kind="primary" size="dense" icon={Plus} onClick={() => view.create(null)}>
            {words.schedule.newVisit}
          </Button>
        )}
      </header>
      <div class="room-tools">
        {view.providers.value.length > 1 && (
          <ProviderFilter
            providers={view.providers.value}
            chosen={view.theirs.value}
            onPick={(chosen) => {
              view.theirs.value = chosen;
            }}
          />
        )}
        <CancelledFilter
          shown={view.withCancelled.value}
          onPick={(shown) => {
            view.withCancelled.value = shown;
          }}
        />
        <p class="soft schedule-zone">{words.schedule.zone(zoneName(about.value, view.zone))}</p>
      </div>
    </>
  );
}

/** The calendar, its free times for the keyboard, and the prompt at the time that is chosen. */
function Frame({ view, mayPlan }: { view: ScheduleView; mayPlan: boolean }) {
  const { zone } = view;
  const slot = view.slot.value;
  const drawn = view.drawn.value;
  return (
    <section
      class="calendar-frame"
      aria-label={words.schedule.calendar(titleOf(view.days.value, view.view.value), zoneName(about.value, zone))}
    >
      {mayPlan && (
        <SlotPicker
          slot={slot}
          first={() => view.first()}
          zone={zone}
          visits={drawn.map(({ visit }) => visit)}
          onSlot={(next) => view.choose(next)}
          onCreate={(chosen) => view.create(chosen)}
        />
      )}
      <Calendar
        zone={zone}
        day={view.day.value}
        view={view.view.value}
        weekStarts={view.weekStarts}
        drawn={drawn}
        slot={slot}
        mayPlan={mayPlan}
        onSlot={(next) => view.choose(next, true)}
        onOpen={openVisit}
        onMove={(visit, to) => {
          view.moving.value = { visit, to };
        }}
        onDay={(day) => view.see("day", day)}
      />
      {slot && (
        <SlotPrompt
          slot={slot}
          zone={zone}
          takesFocus={view.byPointer.value}
          onCreate={() => view.create(slot)}
          onDiscard={() => view.choose(null)}
        />
      )}
    </section>
  );
}
