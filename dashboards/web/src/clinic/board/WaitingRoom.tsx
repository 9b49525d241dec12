import { useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Plus } from "lucide-preact";
import { Button } from "../../ui/index.ts";
import { minutes, timeOf } from "../../ui/time.ts";
import { place } from "../address.ts";
import { dayOf } from "../day.ts";
import { VisitDetails } from "../details/VisitDetails.tsx";
import { about } from "../now.ts";
import { useStaff } from "../staff.ts";
import { Ending } from "../visit/Ending.tsx";
import { creating } from "../visit/open.ts";
import { words } from "../words.ts";
import { longestWait, next } from "./filter.ts";
import { Table } from "./Table.tsx";
import { DaySwitch, Filters, Providers, Search } from "./Toolbar.tsx";
import { RoomView } from "./view.ts";

/** The waiting room of a day, with a visit's details beside it when one is open. */
export function WaitingRoom() {
  const { live, me } = useStaff();
  const view = useMemo(() => new RoomView(live.board), [live]);
  useEffect(() => view.follow(), [view]);
  const day = useComputed(() => place.value.day || dayOf(about.value, me.clinic.zone)).value;
  useEffect(() => live.show(day), [live, day]);
  useSignalEffect(() => {
    live.board.version.value;
    view.reveal(place.value.visit);
  });
  useSignalEffect(() => {
    const { waiting } = view.tally.value;
    document.title = waiting ? words.room.tab(waiting) : words.room.title;
  });
  const visit = useComputed(() => place.value.visit).value;
  return (
    <div class={visit ? "room room-with-details" : "room"}>
      <main class="room-main" id="main" tabIndex={-1}>
        <header class="room-head">
          <div class="room-title">
            <h1>{words.room.title}</h1>
            <Summary view={view} />
          </div>
          <DaySwitch board={live.board} />
          <Button
            kind="primary"
            size="dense"
            icon={Plus}
            onClick={() => {
              creating.value = true;
            }}
          >
            {words.room.newVisit}
          </Button>
        </header>
        <div class="room-tools">
          <Search view={view} />
          <Filters view={view} />
          <Providers view={view} own={me.user.name} />
        </div>
        <Table board={live.board} view={view} />
      </main>
      {visit && <VisitDetails key={visit} visit={visit} />}
      <Ending />
    </div>
  );
}

/** One line: who waits and for how long, or who comes next. */
function Summary({ view }: { view: RoomView }) {
  const { board } = useStaff().live;
  const rows = view.rows.value;
  if (!board.loaded.value) return <p class="soft room-summary" />;
  const time = about.value;
  const waiting = view.tally.value.waiting;
  const coming = next(rows, time);
  const text = waiting
    ? words.room.waiting(waiting, minutes(time - (longestWait(rows) || time)))
    : coming
      ? words.room.nobodyNext(timeOf(coming.start, coming.zone), coming.patient ?? "")
      : words.room.nobody;
  return <p class="soft room-summary">{text}</p>;
}
