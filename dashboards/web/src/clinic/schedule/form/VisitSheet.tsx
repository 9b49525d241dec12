import { useState } from "preact/hooks";
import { AskFirst } from "../../../ui/index.ts";
import { clock, randomText, Refused } from "../../../wire/index.ts";
import type { Clinic, Provider } from "../../clinic.ts";
import { fieldTexts } from "../../../ui/refusals.ts";
import { sentenceOf } from "../../refused.ts";
import { type Checked, checkVisit } from "../rest.ts";
import { Told } from "../../visit/Told.tsx";
import { words } from "../words.ts";
import { Confirm } from "./Confirm.tsx";
import { type Draft, type Faults, faultsOf, minutesOf, plannedOf, startOf } from "./draft.ts";
import { Sheet } from "./Sheet.tsx";
import { VisitForm } from "./VisitForm.tsx";

/** The visit that is edited: as it stands in the form, and its times. */
export interface Edited {
  readonly visit: string;
  readonly before: Draft;
  readonly start: number;
  readonly end: number;
}

const MINUTE_MS = 60_000;

interface Props {
  first: Draft;
  edited?: Edited;
  clinic: Clinic;
  providers: readonly Provider[];
  onClose: () => void;
  /** Do it; the same `op` has one effect however often it is asked. Rejects with `Refused`. */
  onConfirm: (draft: Draft, op: string) => Promise<void>;
}

/** What the server made of the draft, and the operation that confirming it is: one for each time it is shown. */
interface Asked {
  readonly checked: Checked;
  readonly op: string;
}

/** The form and after it the confirmation; going back keeps what was typed (R5, R6). */
export function VisitSheet({ first, edited, clinic, providers, onClose, onConfirm }: Props) {
  const [draft, setDraft] = useState(first);
  const [faults, setFaults] = useState<Faults>({});
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [leaving, setLeaving] = useState(false);
  const isTouched = JSON.stringify(draft) !== JSON.stringify(first);
  const leave = () => (isTouched ? setLeaving(true) : onClose());

  const set = (part: Partial<Draft>, ...fields: string[]) => {
    setDraft((old) => ({ ...old, ...part }));
    setFaults((old) => without(old, fields));
    setWrong("");
  };
  const refuse = (error: unknown) => {
    if (!(error instanceof Refused) || !Object.keys(error.fields).length) throw error;
    setAsked(null);
    setFaults(fieldTexts(error.fields));
    setWrong(words.form.wrong);
  };
  const check = async () => {
    const found = faultsOf(draft, clinic, clock.now(), edited?.start);
    setFaults(found);
    setWrong(edited && !isTouched ? words.form.unchanged : Object.keys(found).length ? words.form.wrong : "");
    if (Object.keys(found).length || (edited && !isTouched)) return;
    setBusy(true);
    try {
      setAsked({ checked: await checkedOf(draft, clinic, edited), op: randomText() });
    } catch (error) {
      try {
        refuse(error);
      } catch {
        setWrong(sentenceOf(error));
      }
    } finally {
      setBusy(false);
    }
  };

  const form = edited ? words.form.editTitle : words.form.title;
  const confirm = edited ? words.confirm.editTitle : words.confirm.title;
  return (
    <Sheet title={asked ? confirm : form} onClose={asked ? () => setAsked(null) : leave} instead>
      {asked ? (
        <Confirm
          draft={draft}
          before={edited?.before}
          clinic={clinic}
          providers={providers}
          checked={asked.checked}
          now={clock.now()}
          onBack={() => setAsked(null)}
          onConfirm={() => onConfirm(draft, asked.op).catch(refuse)}
        >
          {edited && <Told visit={edited.visit} />}
        </Confirm>
      ) : (
        <VisitForm
          draft={draft}
          clinic={clinic}
          providers={providers}
          faults={faults}
          wrong={wrong}
          busy={busy}
          isNew={!edited}
          set={set}
          onSubmit={() => void check()}
          onCancel={leave}
        />
      )}
      {leaving && (
        <AskFirst title={words.form.leaveTitle} act={words.form.leaveAct} onAct={onClose} onClose={() => setLeaving(false)}>
          <p>{words.form.leaveText}</p>
        </AskFirst>
      )}
    </Sheet>
  );
}

/** What the server thinks of it; a visit that keeps its time overlaps what it did before. */
async function checkedOf(draft: Draft, clinic: Clinic, edited?: Edited): Promise<Checked> {
  if (edited && startOf(draft) === edited.start && minutesOf(draft, clinic) * MINUTE_MS === edited.end - edited.start) {
    return { start: edited.start, end: edited.end, zone: clinic.zone, overlaps: [], dst: "" };
  }
  const checked = await checkVisit(plannedOf(draft, clinic));
  return { ...checked, overlaps: checked.overlaps.filter(({ id }) => id !== edited?.visit) };
}

/** The faults without those of these fields and of what is in them. */
function without(faults: Faults, fields: readonly string[]): Faults {
  const gone = (name: string) => fields.some((field) => name === field || name.startsWith(`${field}.`));
  const left = Object.entries(faults).filter(([name]) => !gone(name));
  return left.length === Object.keys(faults).length ? faults : Object.fromEntries(left);
}
