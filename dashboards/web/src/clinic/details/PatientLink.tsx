import { CopyButton } from "../../ui/index.ts";
import { words } from "../words.ts";

/** The patient's own link to copy, until it is mailed to them. */
export function PatientLink({ link, patient }: { link: string; patient: string }) {
  return (
    <section class="details-part" aria-labelledby="patient-link">
      <h3 id="patient-link">{words.panel.patientLink}</h3>
      <p class="soft">{words.panel.patientLinkMore(patient)}</p>
      <div>
        <CopyButton size="dense" text={link}>
          {words.panel.copyPatientLink}
        </CopyButton>
      </div>
    </section>
  );
}
