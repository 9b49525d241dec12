import { useId } from "preact/hooks";
import { words } from "../words.ts";
import { CLINIC_ROLES, type ClinicRole } from "./ask.ts";
import { Choice, Picked } from "./controls.tsx";

/** The roles, and what each may do. */
export function RolePicker({ role, onPick }: { role: ClinicRole; onPick: (role: ClinicRole) => void }) {
  const name = useId();
  return (
    <fieldset class="setting">
      <legend class="field-label">{words.staffPage.role}</legend>
      <Picked name={name} value={role} pick={(picked) => onPick(picked as ClinicRole)}>
        {CLINIC_ROLES.map((one) => (
          <Choice key={one} value={one} label={words.app.staff[one]} why={words.staffPage.roleMore[one]} />
        ))}
      </Picked>
    </fieldset>
  );
}
