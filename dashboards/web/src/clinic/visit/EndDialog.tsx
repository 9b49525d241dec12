import { Button, Dialog } from "../../ui/index.ts";
import { words as shared } from "../../ui/words.ts";
import type { Row } from "../../wire/index.ts";
import { namesOf } from "../board/people.ts";
import { useRun, useStaff } from "../staff.ts";
import { words } from "../words.ts";
import { cancel, complete } from "./acts.ts";
import { Told } from "./Told.tsx";

/** Asks before a visit ends for everyone, and names who is still inside (D2); before it has begun it is cancelled instead. */
export function EndDialog({ row, onClose }: { row: Row; onClose: () => void }) {
  const { live } = useStaff();
  const { busy, run } = useRun();
  const cancels = row.visit.status === "scheduled";
  const end = async () => {
    if (await run(() => (cancels ? cancel(row.visit) : complete(live, row.visit)))) onClose();
  };
  return (
    <Dialog title={cancels ? words.cancel.title : words.complete.title} onClose={onClose}>
      {cancels ? (
        <>
          <p>{words.cancel.text(row.visit.patient ?? "")}</p>
          <Told visit={row.visit.visit} />
        </>
      ) : (
        <WhoIsThere row={row} />
      )}
      <div class="dialog-acts">
        <Button onClick={onClose}>{cancels ? words.cancel.keep : shared.cancel}</Button>
        <Button kind="danger" busy={busy} onClick={end}>
          {cancels ? words.cancel.act : words.act.complete}
        </Button>
      </div>
    </Dialog>
  );
}

function WhoIsThere({ row }: { row: Row }) {
  const inside = namesOf(row, "in");
  const waiting = [...namesOf(row, "waiting"), ...namesOf(row, "held")];
  return (
    <>
      <p>{inside.length ? words.complete.inside(inside, inside.length) : words.complete.nobody}</p>
      {waiting.length > 0 && <p>{words.complete.waiting(waiting, waiting.length)}</p>}
      <p class="soft">{words.complete.links}</p>
    </>
  );
}
