import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { CircleStop, Clock, Ellipsis, Lock, PanelRight, UserPlus } from "lucide-preact";
import { announce, Button, Icon } from "../../ui/index.ts";
import { Menu, type MenuItem } from "../../ui/Menu.tsx";
import { timeOf } from "../../ui/time.ts";
import type { Row, VisitInfo } from "../../wire/index.ts";
import { openVisit, place } from "../address.ts";
import { mayInvite } from "../details/mayInvite.ts";
import { about } from "../now.ts";
import { useRun, useStaff } from "../staff.ts";
import { EXTENSIONS, extend } from "../visit/acts.ts";
import { EnterLink } from "../visit/EnterLink.tsx";
import { Extend } from "../visit/Extend.tsx";
import { addParticipants, ending } from "../visit/open.ts";
import { words } from "../words.ts";
import type { LiveRow } from "./board.ts";
import { isOver } from "./filter.ts";
import { byUrgency, peopleOf, type Person } from "./people.ts";
import { Presence, Tally } from "./Presence.tsx";
import { asksToExtend, stateOf } from "./state.ts";
import { StateMark } from "./StateMark.tsx";
import type { RoomView } from "./view.ts";

/** One visit in the waiting room. It draws itself anew when its own facts change, and not when others' do. `index` is its row's in the grid. */
export function VisitRow({ live, view, index }: { live: LiveRow; view: RoomView; index: number }) {
  const row = live.state.value;
  const { visit } = row;
  const over = isOver(visit);
  const glowing = useGlow(live);
  const tabIndex = useComputed(() => (view.current.value === live.id ? 0 : -1)).value;
  const open = useComputed(() => place.value.visit === live.id).value;
  const { patients, providers, guests } = peopleOf(row);
  const classes = ["row", "visit-row"];
  if (over) classes.push("row-over");
  if (open) classes.push("row-open");
  if (glowing.value) classes.push("row-arrived");
  return (
    <div
      role="row"
      aria-rowindex={index}
      class={classes.join(" ")}
      data-visit={live.id}
      data-line={live.id}
      tabIndex={tabIndex}
      aria-selected={open}
      onAnimationEnd={() => {
        glowing.value = false;
      }}
    >
      <TimeCell visit={visit} />
      <div role="gridcell" class="cell cell-patient">
        <button
          type="button"
          class="name-button"
          tabIndex={tabIndex}
          aria-label={words.act.detailsName(visit.patient ?? "")}
          onClick={() => openVisit(live.id)}
        >
          {visit.patient}
        </button>
        {patients[0] && <Presence row={row} person={patients[0]} />}
      </div>
      <div role="gridcell" class="cell cell-provider">
        <Providers row={row} providers={providers} />
      </div>
      <div role="gridcell" class="cell cell-option">
        {visit.option}
      </div>
      <div role="gridcell" class="cell cell-guests">
        <Guests row={row} guests={guests} />
      </div>
      <StateCell row={row} />
      <Actions row={row} tabIndex={tabIndex} />
    </div>
  );
}

/** True for one glow after each arrival; a row that is drawn anew does not glow again. */
function useGlow(live: LiveRow) {
  const glowing = useSignal(false);
  useSignalEffect(() => {
    const arrivals = live.arrivals.value;
    if (arrivals <= live.glowed) return;
    live.glowed = arrivals;
    glowing.value = true;
    announce(words.room.arrived(live.state.peek().visit.patient ?? ""));
  });
  return glowing;
}

function TimeCell({ visit }: { visit: VisitInfo }) {
  const { start, end, zone, locked } = visit;
  return (
    <div role="gridcell" class="cell cell-time figures">
      <span class="time-line">
        <span class="strong">{timeOf(start, zone)}</span>
        {locked && !isOver(visit) && <Icon of={Lock} size={16} label={words.state.locked} />}
      </span>
      <span class="soft cell-until">{timeOf(end, zone)}</span>
    </div>
  );
}

function Providers({ row, providers }: { row: Row; providers: readonly Person[] }) {
  const [first, ...others] = providers;
  if (!first) return null;
  return (
    <>
      <span class="names">
        <span class="role-name role-provider">{first.name}</span>
        {others.length > 0 && (
          <span class="soft" title={others.map(({ name }) => name).join(", ")}>
            {words.presence.more(others.length)}
          </span>
        )}
      </span>
      <Presence row={row} person={first} />
    </>
  );
}

/** One guest by name and presence; of several the one who needs somebody first, and how many stand how. */
function Guests({ row, guests }: { row: Row; guests: readonly Person[] }) {
  const [first, ...others] = byUrgency(guests);
  if (!first) return <span class="unseen">{words.presence.noGuests}</span>;
  if (!first.name) return <span>{words.presence.guests(guests.length)}</span>; // over: their names are gone (R15)
  return (
    <>
      <span class="names">
        <span class={`role-name role-${first.role}`}>{first.name}</span>
        {others.length > 0 && <span class="soft">{words.presence.more(others.length)}</span>}
      </span>
      {others.length ? <Tally people={guests} /> : <Presence row={row} person={first} />}
    </>
  );
}

function StateCell({ row }: { row: Row }) {
  const state = stateOf(row, about.value);
  return (
    <div role="gridcell" class="cell cell-state">
      <StateMark status={row.visit.status} state={state} />
      {state.time && <span class="soft figures">{state.time}</span>}
    </div>
  );
}

function Actions({ row, tabIndex }: { row: Row; tabIndex: number }) {
  const { visit } = row;
  const patient = visit.patient ?? "";
  return (
    <div role="gridcell" class="cell cell-actions">
      {asksToExtend(row) && <Extend visit={visit} tabIndex={tabIndex} />}
      <EnterLink row={row} tabIndex={tabIndex} />
      {mayInvite(visit) && (
        <Button
          size="dense"
          icon={UserPlus}
          label={words.act.addName(patient)}
          tabIndex={tabIndex}
          onClick={() => addParticipants(visit.visit)}
        />
      )}
      <RowMenu row={row} tabIndex={tabIndex} />
    </div>
  );
}

function RowMenu({ row, tabIndex }: { row: Row; tabIndex: number }) {
  const { live } = useStaff();
  const { run } = useRun();
  const { visit } = row;
  const details: MenuItem = { label: words.act.details, icon: PanelRight, onPick: () => openVisit(visit.visit) };
  const end: MenuItem = {
    label: visit.status === "scheduled" ? words.cancel.act : words.act.complete,
    icon: CircleStop,
    danger: true,
    onPick: () => {
      ending.value = visit.visit;
    },
  };
  const acts: MenuItem[] = [
    ...EXTENSIONS.map((minutes) => ({
      label: words.act.byItem(minutes),
      icon: Clock,
      onPick: () => void run(() => extend(live, visit, minutes)),
    })),
    end,
  ];
  const items = isOver(visit) ? [details] : [details, ...acts];
  return <Menu size="dense" icon={Ellipsis} label={words.act.more(visit.patient ?? "")} items={items} tabIndex={tabIndex} />;
}
