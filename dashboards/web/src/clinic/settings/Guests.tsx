import type { SectionProps } from "./Settings.tsx";
import { Choice, Choices, Switch } from "./controls.tsx";
import { words } from "../words.ts";

/** Who may invite (R1), how guests come in (D5), and what patients may do by themselves (R13). */
export function Guests({ clinic, save }: SectionProps) {
  return (
    <>
      <section aria-labelledby="set-invitations">
        <h3 id="set-invitations">{words.settings.invitations}</h3>
        <Switch
          label={words.settings.byProvider}
          why={words.settings.byProviderMore}
          on={clinic.guests_by_provider}
          save={(on) => save({ guests_by_provider: on })}
        />
        <Switch
          label={words.settings.byPatient}
          why={words.settings.byPatientMore}
          on={clinic.guests_by_patient}
          save={(on) => save({ guests_by_patient: on })}
        />
      </section>
      <section>
        <Choices legend={words.settings.admission} value={clinic.admission} save={(admission) => save({ admission })}>
          <Choice value="direct" label={words.settings.direct} why={words.settings.directMore} />
          <Choice value="provider_admits" label={words.settings.admits} why={words.settings.admitsMore} />
        </Choices>
      </section>
      <section aria-labelledby="set-patients">
        <h3 id="set-patients">{words.settings.patients}</h3>
        <Switch
          label={words.settings.patientsCancel}
          why={words.settings.patientsCancelMore}
          on={clinic.patients_cancel}
          save={(on) => save({ patients_cancel: on })}
        />
      </section>
    </>
  );
}
