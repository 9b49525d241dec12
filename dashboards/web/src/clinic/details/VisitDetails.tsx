import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { X } from "lucide-preact";
import { Button } from "../../ui/index.ts";
import { clock, Refused, type Row } from "../../wire/index.ts";
import { goInstead, openVisit, place } from "../address.ts";
import { isOver } from "../board/filter.ts";
import { focusRow } from "../board/Table.tsx";
import { readVisit, type Visit } from "../clinic.ts";
import { dayOf } from "../day.ts";
import { sentenceOf } from "../refused.ts";
import { useStaff } from "../staff.ts";
import { words as shared } from "../../ui/words.ts";
import { words } from "../words.ts";
import { DetailsHead } from "./DetailsHead.tsx";
import { GuestPanel } from "./GuestPanel.tsx";
import { Invitations } from "./Invitations.tsx";
import { mayInvite } from "./mayInvite.ts";
import { Participants } from "./Participants.tsx";
import { PatientPart } from "./PatientPart.tsx";

/** A visit's details at the right of the waiting room (R8, R11): who is there, and what can be done. */
export function VisitDetails({ visit }: { visit: string }) {
  const { live } = useStaff();
  const box = useRef<HTMLElement>(null);
  const close = () => {
    openVisit("");
    requestAnimationFrame(() => {
      const at = document.activeElement;
      if (at === document.body || box.current?.contains(at)) focusRow(visit); // unless they have gone elsewhere already
    });
  };
  useEffect(() => {
    live.watch(visit);
    box.current?.focus();
    return () => live.watch("");
  }, [live, visit]);
  live.board.version.value; // a row that was unknown may have come
  const row = live.board.find(visit)?.state.value;
  return (
    <aside
      ref={box}
      class="details"
      tabIndex={-1}
      aria-label={words.details.title}
      onKeyDown={(event) => event.key === "Escape" && !event.defaultPrevented && close()}
    >
      <div class="details-bar">
        <span class="details-name">{words.details.title}</span>
        <Button kind="plain" size="dense" icon={X} label={place.value.page === "schedule" ? words.details.backToSchedule : words.details.back} onClick={close} />
      </div>
      <Facts visit={visit} row={row} />
    </aside>
  );
}

/** What the board knows of the visit, and what only REST tells; a visit of another day leads to its day. */
function Facts({ visit, row }: { visit: string; row: Row | undefined }) {
  const facts = useSignal<Visit | null>(null);
  const refused = useSignal("");
  useEffect(() => {
    readVisit(visit).then(
      (read) => {
        facts.value = read;
        const day = dayOf(read.start, read.zone);
        const today = dayOf(clock.now(), read.zone);
        if (day !== (place.peek().day || today)) goInstead({ ...place.peek(), visit, day: day === today ? "" : day });
      },
      (error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        refused.value = error.code === "no_such_visit" ? words.details.notFound : sentenceOf(error);
      },
    );
  }, [visit]);
  if (!row) {
    return (
      <p class="details-empty soft" role="status">
        {refused.value || words.details.loading}
      </p>
    );
  }
  const over = isOver(row.visit);
  return (
    <div class="details-in">
      <DetailsHead row={row} />
      <Participants row={row} />
      {over ? (
        <p class="soft details-note">{words.details.over}</p>
      ) : (
        <>
          {mayInvite(row.visit) && <GuestPanel visit={row.visit} />}
          {row.visit.status === "lapsed" && <p class="soft details-note">{shared.panel.over}</p>}
          <Invitations row={row} />
          <PatientPart row={row} link={facts.value?.patient_link ?? ""} />
        </>
      )}
    </div>
  );
}
