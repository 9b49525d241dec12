import { CopyButton } from "../../ui/index.ts";
import type { Row } from "../../wire/index.ts";
import { useStaff } from "../staff.ts";
import { words } from "../words.ts";
import { Life, Standing } from "./Life.tsx";
import { Resend } from "./Invitations.tsx";
import { mayInvite } from "./mayInvite.ts";

interface Props {
  row: Row;
  /** Their own link; "" for who may not have it. */
  link: string;
}

/** The patient's own link to copy, and the life of the confirmation that brought it to them (R13, B1). */
export function PatientPart({ row, link }: Props) {
  const known = useStaff().live.invitations.value;
  const own = known?.visit === row.visit.visit ? known.patient : undefined;
  if (!link && !own) return null;
  return (
    <section class="details-part" aria-labelledby="patient-link">
      <h3 id="patient-link">{row.visit.patient ? words.patient.title(row.visit.patient) : words.patient.titleUnnamed}</h3>
      {own ? (
        <div class="invitation">
          <div class="invitation-head">
            <p class="invitation-who">
              <span class="strong">{words.patient.confirmation}</span>
              <span class="soft">{[own.email, own.phone].filter(Boolean).join(" · ")}</span>
            </p>
            <Standing invitation={own} row={row} />
          </div>
          <Life invitation={own} row={row} />
        </div>
      ) : (
        known && <p class="soft">{words.patient.unsent}</p>
      )}
      <p class="soft">{words.patient.more}</p>
      <div class="access-acts">
        {link && (
          <CopyButton size="dense" text={link}>
            {words.patient.copy}
          </CopyButton>
        )}
        {own && mayInvite(row.visit) && (
          <Resend
            visit={row.visit.visit}
            invitation={own.invitation}
            name={words.patient.resendName}
            done={words.patient.resent}
          />
        )}
      </div>
    </section>
  );
}
