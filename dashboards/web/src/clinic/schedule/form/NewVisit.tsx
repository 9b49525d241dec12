import { toast } from "../../../ui/index.ts";
import { clock } from "../../../wire/index.ts";
import { useStaff } from "../../staff.ts";
import { createVisit } from "../rest.ts";
import { words } from "../words.ts";
import { newDraft, plannedOf, type Slot } from "./draft.ts";
import { Loaded } from "./Loaded.tsx";
import { VisitSheet } from "./VisitSheet.tsx";

interface Props {
  /** A stretch of time that was chosen on the calendar. */
  slot?: Slot | undefined;
  onClose: () => void;
  /** It is made; its id and its start. */
  onMade: (visit: string, start: number) => void;
}

/** The form for a new visit, and its confirmation. */
export function NewVisit({ slot, onClose, onMade }: Props) {
  const { me } = useStaff();
  return (
    <Loaded title={words.form.title} onClose={onClose}>
      {({ clinic, providers }) => (
        <VisitSheet
          first={newDraft(clinic, providers, me.user.id, clock.now(), slot)}
          clinic={clinic}
          providers={providers}
          onClose={onClose}
          onConfirm={async (draft, op) => {
            const visit = await createVisit(plannedOf(draft, clinic), op);
            toast(words.confirm.created(visit.patient.name));
            onMade(visit.id, visit.start);
          }}
        />
      )}
    </Loaded>
  );
}
