import { openVisit, place } from "../../address.ts";
import { chosen, creating, editing, saved } from "../../visit/open.ts";
import { EditVisit } from "./EditVisit.tsx";
import { NewVisit } from "./NewVisit.tsx";
import "./form.css";

/** The form that is open. A visit made from the waiting room shows its details, with the patient's link to copy. */
export function Forms() {
  if (editing.value) {
    const visit = editing.value;
    return (
      <EditVisit
        key={visit}
        visit={visit}
        onClose={closeEdit}
        onDone={(start) => {
          closeEdit();
          saved.value = { visit, start };
        }}
      />
    );
  }
  return (
    <NewVisit
      slot={chosen.value ?? undefined}
      onClose={closeNew}
      onMade={(visit, start) => {
        closeNew();
        saved.value = { visit, start };
        if (place.peek().page !== "schedule") openVisit(visit);
      }}
    />
  );
}

function closeNew(): void {
  creating.value = false;
  chosen.value = null;
}

function closeEdit(): void {
  editing.value = "";
}
