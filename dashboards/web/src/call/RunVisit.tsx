import { useState } from "preact/hooks";
import { Lock, LockOpen } from "lucide-preact";
import { AskFirst, Button, time, useNow, words } from "../ui/index.ts";
import { aboveTheLine, inOrder, type SeatState } from "../wire/index.ts";
import type { Call } from "./call.ts";
import { ExtendButtons } from "./Extend.tsx";
import { run } from "./run.ts";

const c = words.call;

/** What a provider does with the visit as a whole: more time, lock, end it for everyone. */
export function RunVisit({ call, state }: { call: Call; state: SeatState }) {
  const now = useNow();
  const { info } = state;
  if (!info) return null;
  const left = info.lapses_at - now;
  return (
    <section class="run" aria-labelledby="run-title">
      <h3 id="run-title">{c.visit}</h3>
      <p class="soft figures">
        {c.ends(time.clockTime(info.lapses_at, info.zone))} · {left > 0 ? c.timeLeft(time.minutes(left)) : c.timeOver}
      </p>
      <ExtendButtons call={call} />
      <LockSwitch call={call} locked={info.locked ?? false} />
      <Complete call={call} state={state} />
    </section>
  );
}

function LockSwitch({ call, locked }: { call: Call; locked: boolean }) {
  const press = () => void run(call.attendance.connection, { t: "lock", on: !locked });
  return (
    <div class="run-lock">
      <Button icon={locked ? Lock : LockOpen} wide onClick={press}>
        {locked ? c.unlock : c.lock}
      </Button>
      <p class="soft">{locked ? c.lockedText : c.lockText}</p>
    </div>
  );
}

/** Asks first and names who is still inside (D2). */
function Complete({ call, state }: { call: Call; state: SeatState }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const names = inOrder(state.seats)
    .filter((seat) => seat.seat !== state.seat && (aboveTheLine(seat) || seat.standing === "waiting"))
    .map((seat) => seat.name);
  const complete = async () => {
    setBusy(true);
    if (!(await run(call.attendance.connection, { t: "complete" }))) setBusy(false);
  };
  return (
    <>
      <Button kind="danger" wide onClick={() => setAsking(true)}>
        {c.complete}
      </Button>
      {asking && (
        <AskFirst title={c.completeTitle} act={c.complete} busy={busy} onAct={() => void complete()} onClose={() => setAsking(false)}>
          <p>{c.completeText}</p>
          <p>{names.length > 0 ? c.completeWho(names) : c.completeAlone}</p>
        </AskFirst>
      )}
    </>
  );
}
