import { useState } from "preact/hooks";
import { AskFirst, Avatar, Button, RoleName, time, useNow, words } from "../ui/index.ts";
import type { Participant, SeatState } from "../wire/index.ts";
import type { Call } from "./call.ts";
import { run } from "./run.ts";

/** Who waits to be let in, longest first. */
export function waiting(state: SeatState): readonly Participant[] {
  return Object.values(state.seats)
    .filter((seat) => seat.standing === "waiting")
    .sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
}

const MOST_SHOWN = 3;

/** Cards over the stage: the provider sees at once who waits, and lets them in. */
export function Waiters({ call, state }: { call: Call; state: SeatState }) {
  if (state.role !== "provider") return null;
  const all = waiting(state);
  if (all.length === 0) return null;
  return (
    <ul class="waiters" aria-label={words.call.waiting}>
      {all.slice(0, MOST_SHOWN).map((seat) => (
        <li key={seat.seat} class="waiter">
          <Waiter call={call} seat={seat} />
        </li>
      ))}
    </ul>
  );
}

/** One who waits, since when, and the two answers (D5). */
export function Waiter({ call, seat }: { call: Call; seat: Participant }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const now = useNow();
  const c = words.call;
  const answer = async (t: "admit" | "deny") => {
    setBusy(true);
    await run(call.attendance.connection, { t, seat: seat.seat });
    setBusy(false);
    setAsking(false);
  };
  return (
    <>
      <div class="person">
        <Avatar who={seat} />
        <div class="person-text">
          <RoleName who={seat} />
          <p class="person-state">
            <span class="tone-dot tone-wait" /> {c.waiting} {seat.since ? time.minutes(now - seat.since) : ""}
            {seat.label && ` · ${seat.label}`}
          </p>
        </div>
      </div>
      <div class="waiter-acts">
        <Button kind="primary" busy={busy} aria-label={c.letInName(seat.name)} onClick={() => void answer("admit")}>
          {c.letIn}
        </Button>
        <Button aria-label={c.turnAwayName(seat.name)} onClick={() => setAsking(true)}>
          {c.turnAway}
        </Button>
      </div>
      {asking && (
        <AskFirst title={`${c.turnAwayName(seat.name)}?`} act={c.turnAway} busy={busy} onAct={() => void answer("deny")} onClose={() => setAsking(false)}>
          <p>{c.turnAwayText(seat.name)}</p>
        </AskFirst>
      )}
    </>
  );
}
