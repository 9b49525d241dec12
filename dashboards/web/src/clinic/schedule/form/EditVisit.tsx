import { toast } from "../../../ui/index.ts";
import type { Clinic, Visit } from "../../clinic.ts";
import { editVisit, reschedule } from "../rest.ts";
import { words } from "../words.ts";
import { changesOf, type Draft, draftOf, minutesOf, startOf } from "./draft.ts";
import { Loaded } from "./Loaded.tsx";
import { VisitSheet } from "./VisitSheet.tsx";

interface Props {
  visit: string;
  onClose: () => void;
  /** It is changed; its start now. */
  onDone: (start: number) => void;
}

const MINUTE_MS = 60_000;

/** The same form for a visit that is planned already: what changes is confirmed, with who is told. */
export function EditVisit({ visit: id, onClose, onDone }: Props) {
  return (
    <Loaded title={words.form.editTitle} visit={id} onClose={onClose}>
      {({ clinic, providers, visit }) => {
        if (!visit) return null;
        const before = draftOf(visit, clinic);
        const known = [...providers, ...visit.providers.map((one) => ({ ...one, role: "provider" as const }))];
        return (
          <VisitSheet
            first={before}
            edited={{ visit: id, before, start: visit.start, end: visit.end }}
            clinic={clinic}
            providers={[...new Map(known.map((one) => [one.id, one])).values()]}
            onClose={onClose}
            onConfirm={async (draft, op) => {
              await save(visit, before, draft, clinic, op);
              toast(words.confirm.saved(draft.patient.trim()));
              onDone(startOf(draft) ?? visit.start);
            }}
          />
        );
      }}
    </Loaded>
  );
}

/** Change what is other than it was; tried again, what is done already stays done. */
async function save(visit: Visit, before: Draft, draft: Draft, clinic: Clinic, op: string): Promise<void> {
  const changes = changesOf(before, draft, clinic);
  const start = startOf(draft) ?? visit.start;
  const end = start + minutesOf(draft, clinic) * MINUTE_MS;
  if (Object.keys(changes).length) await editVisit(visit.id, changes, `${op}e`);
  if (start !== visit.start || end !== visit.end) await reschedule(visit.id, start, end, `${op}r`);
}
