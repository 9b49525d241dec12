import { useState } from "preact/hooks";
import { Field } from "../../ui/index.ts";
import { focusOnce } from "../focus.ts";
import { words } from "../words.ts";
import { AddForm } from "./AddAtTop.tsx";
import { type ClinicRole, inviteMember } from "./ask.ts";
import { isEmail, nameIn } from "./figures.ts";
import { RolePicker } from "./RolePicker.tsx";
import type { Made } from "./StaffSection.tsx";
import { useForm } from "./useForm.ts";

/** Invites a colleague, who gets a link to set their own password. */
export function NewMember({ onMade, onClose }: { onMade: (made: Made) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<ClinicRole>("provider");
  const form = useForm(["name", "email"]);
  const submit = () => {
    const faults = {
      name: nameIn(name) ? "" : words.staffPage.nameMissing,
      email: isEmail(email) ? "" : words.staffPage.emailMissing,
    };
    void form.send(faults, async () => {
      const { staff: member, ...link } = await inviteMember(nameIn(name), email.trim(), role);
      onMade({ member, link });
    });
  };
  return (
    <AddForm refused={form.refused} busy={form.busy} act={words.staffPage.act} onSubmit={submit} onClose={onClose}>
      <p class="soft">{words.staffPage.inviteMore}</p>
      <Field
        label={words.staffPage.name}
        autocomplete="off"
        value={name}
        wrong={form.fields.name}
        inputRef={focusOnce}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <Field
        label={words.staffPage.email}
        hint={words.staffPage.emailMore}
        type="email"
        autocomplete="off"
        value={email}
        wrong={form.fields.email}
        onInput={(event) => setEmail(event.currentTarget.value)}
      />
      <RolePicker role={role} onPick={setRole} />
    </AddForm>
  );
}
