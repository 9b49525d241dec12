/** The schedule and the form for a visit, fetched when they are first needed: the calendar is heavier than all else. */
import { caughtUp } from "../../ui/language.ts";
import { lazy } from "../lazy.tsx";
import { Old } from "../Old.tsx";
import { creating, editing } from "../visit/open.ts";
import { words } from "../words.ts";

export const Schedule = lazy(
  async () => {
    const { Schedule } = await import("./Schedule.tsx");
    await caughtUp(); // its words came with it, in English
    return Schedule;
  },
  <Coming />,
  <main class="room-main" id="main" tabIndex={-1}>
    <Old />
  </main>,
);

function Coming() {
  return <main class="room-main" id="main" tabIndex={-1} aria-busy="true" aria-label={words.app.schedule} />;
}

const Forms = lazy(async () => {
    const { Forms } = await import("./form/Forms.tsx");
    await caughtUp();
    return Forms;
  }, null, <Old />);

/** The form for a visit, over whichever page asked for it. */
export function VisitForms() {
  return creating.value || editing.value ? <Forms /> : null;
}
