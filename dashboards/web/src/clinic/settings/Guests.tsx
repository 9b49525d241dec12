import { words } from "../words.ts";
import { Choice, Choices } from "./controls.tsx";
import { OnOff, Part } from "./parts.tsx";
import type { SectionProps } from "./Settings.tsx";

/** Who may invite (R1), how guests come in (D5), and what patients may do by themselves (R13). */
export function Guests(props: SectionProps) {
  const { clinic, save } = props;
  const s = words.settings;
  return (
    <>
      <Part title={s.invitations}>
        <OnOff {...props} of="guests_by_provider" label={s.byProvider} why={s.byProviderMore} />
        <OnOff {...props} of="guests_by_patient" label={s.byPatient} why={s.byPatientMore} />
      </Part>
      <section>
        <Choices legend={s.admission} value={clinic.admission} save={(admission) => save({ admission })}>
          <Choice value="direct" label={s.direct} why={s.directMore} />
          <Choice value="provider_admits" label={s.admits} why={s.admitsMore} />
        </Choices>
      </section>
      <Part title={s.patients}>
        <OnOff {...props} of="patients_cancel" label={s.patientsCancel} why={s.patientsCancelMore} />
      </Part>
    </>
  );
}
