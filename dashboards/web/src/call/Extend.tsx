import { useState } from "preact/hooks";
import { Button, words } from "../ui/index.ts";
import type { Call } from "./call.ts";
import { run } from "./run.ts";

const STEPS = [5, 15, 30] as const;

/** More time, in the three steps of D2. */
export function ExtendButtons({ call }: { call: Call }) {
  const [busy, setBusy] = useState(0);
  const extend = async (minutes: number) => {
    setBusy(minutes);
    await run(call.attendance.connection, { t: "extend", minutes });
    setBusy(0);
  };
  return (
    <div class="extend" role="group" aria-label={words.call.extend}>
      <span class="extend-label">{words.call.extend}</span>
      {STEPS.map((minutes) => (
        <Button key={minutes} busy={busy === minutes} disabled={busy !== 0 && busy !== minutes} aria-label={words.call.extendByName(minutes)} onClick={() => void extend(minutes)}>
          {words.call.extendBy(minutes)}
        </Button>
      ))}
    </div>
  );
}
