import { CircleStop, Lock, LockOpen, Pencil } from "lucide-preact";
import { Button, Icon } from "../../ui/index.ts";
import { clockTime, timeOf } from "../../ui/time.ts";
import type { Row } from "../../wire/index.ts";
import { isOver } from "../board/filter.ts";
import { stateOf } from "../board/state.ts";
import { StateMark } from "../board/StateMark.tsx";
import { now } from "../now.ts";
import { maySchedule } from "../rights.ts";
import { useRun, useStaff } from "../staff.ts";
import { EnterLink } from "../visit/EnterLink.tsx";
import { Extend } from "../visit/Extend.tsx";
import { editing, ending } from "../visit/open.ts";
import { words } from "../words.ts";

/** Whose visit it is, how it stands, how much time is left, and what can be done with the whole of it. */
export function DetailsHead({ row }: { row: Row }) {
  const { visit } = row;
  const state = stateOf(row, now.value);
  const what = [visit.name, visit.option, visit.room].filter(Boolean).join(" · ");
  return (
    <header class="details-head">
      <h2>{visit.patient}</h2>
      <p class="soft figures">{words.details.span(timeOf(visit.start, visit.zone), clockTime(visit.end, visit.zone))}</p>
      {what && <p class="soft">{what}</p>}
      <p class="details-state">
        <StateMark status={visit.status} state={state} />
        {state.time && <span class="figures">{state.time}</span>}
      </p>
      {!isOver(visit) && <Acts row={row} />}
    </header>
  );
}

function Acts({ row }: { row: Row }) {
  const { live, me } = useStaff();
  const { busy, run } = useRun();
  const { visit } = row;
  const locked = visit.locked ?? false;
  const isPlanned = visit.status === "scheduled" || visit.status === "open"; // nobody has begun it
  return (
    <>
      <div class="details-acts" role="group" aria-label={words.details.actions}>
        <EnterLink row={row} />
        <Extend visit={visit} />
        {isPlanned && maySchedule(me.user.role) && (
          <Button
            size="dense"
            icon={Pencil}
            onClick={() => {
              editing.value = visit.visit;
            }}
          >
            {words.act.edit}
          </Button>
        )}
        <Button
          size="dense"
          icon={locked ? LockOpen : Lock}
          busy={busy}
          title={words.details.lockMore}
          onClick={() => run(() => live.ask({ t: "lock", visit: visit.visit, on: !locked }))}
        >
          {locked ? words.details.unlock : words.details.lock}
        </Button>
        <Button
          size="dense"
          icon={CircleStop}
          class="button-warn"
          onClick={() => {
            ending.value = visit.visit;
          }}
        >
          {visit.status === "scheduled" ? words.cancel.act : words.act.complete}
        </Button>
      </div>
      {locked && (
        <p class="details-locked">
          <Icon of={Lock} size={16} />
          {words.details.locked}
        </p>
      )}
    </>
  );
}
