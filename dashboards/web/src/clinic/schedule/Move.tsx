import { useState } from "preact/hooks";
import { Banner, Button, Dialog, toast } from "../../ui/index.ts";
import { dayAndTime } from "../../ui/time.ts";
import { clock, randomText } from "../../wire/index.ts";
import type { Visit } from "../clinic.ts";
import { sentenceOf } from "../refused.ts";
import { Told } from "../visit/Told.tsx";
import type { Slot } from "./form/draft.ts";
import { reschedule } from "./rest.ts";
import { daySpan } from "./when.ts";
import { words } from "./words.ts";

interface Props {
  visit: Visit;
  to: Slot;
  /** Other visits of its providers at that time: said, and allowed. */
  clashes: readonly Visit[];
  /** It stays where it was. */
  onKeep: () => void;
  onMoved: () => void;
}

/** So many of those whose visits are then are named. */
const NAMED = 3;

/** Asks before a dragged visit is rescheduled, and says who is told. */
export function Move({ visit, to, clashes, onKeep, onMoved }: Props) {
  const [op] = useState(randomText);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const { name } = visit.patient;
  const move = async () => {
    if (busy) return;
    setBusy(true);
    setWrong("");
    try {
      await reschedule(visit.id, to.start, to.end, op);
      toast(words.move.done(name, dayAndTime(to.start, clock.now(), visit.zone)));
      onMoved();
    } catch (error) {
      setWrong(sentenceOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={words.move.title(name)} onClose={onKeep}>
      <dl class="moves">
        <dt>{words.move.from}</dt>
        <dd class="figures soft">{daySpan(visit.start, visit.end, visit.zone)}</dd>
        <dt>{words.move.to}</dt>
        <dd class="figures strong">{daySpan(to.start, to.end, visit.zone)}</dd>
      </dl>
      {clashes.length > 0 && (
        <Banner tone="wait">
          <p>{words.move.clashes(clashes.slice(0, NAMED).map((other) => other.patient.name), clashes.length)}</p>
        </Banner>
      )}
      <Told visit={visit.id} />
      {wrong && (
        <p class="form-wrong" role="alert">
          {wrong}
        </p>
      )}
      <div class="dialog-acts">
        <Button disabled={busy} onClick={onKeep}>
          {words.move.keep}
        </Button>
        <Button kind="primary" busy={busy} onClick={move}>
          {words.move.act}
        </Button>
      </div>
    </Dialog>
  );
}
