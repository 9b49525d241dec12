import { Button } from "../../ui/index.ts";
import type { VisitInfo } from "../../wire/index.ts";
import { useRun, useStaff } from "../staff.ts";
import { words } from "../words.ts";
import { EXTENSIONS, extend } from "./acts.ts";

/** "Extend +5 +15 +30", on a row or in Visit Details. */
export function Extend({ visit, tabIndex }: { visit: VisitInfo; tabIndex?: number }) {
  const { live } = useStaff();
  const { busy, run } = useRun();
  return (
    <span class="extend" role="group" aria-label={words.act.extendVisit(visit.patient ?? "")}>
      <span class="extend-word">{words.act.extend}</span>
      {EXTENSIONS.map((minutes) => (
        <Button
          key={minutes}
          size="dense"
          busy={busy}
          aria-label={words.act.byName(minutes)}
          title={words.act.byName(minutes)}
          {...(tabIndex === undefined ? {} : { tabIndex })}
          onClick={() => run(() => extend(live, visit, minutes))}
        >
          {words.act.by(minutes)}
        </Button>
      ))}
    </span>
  );
}
