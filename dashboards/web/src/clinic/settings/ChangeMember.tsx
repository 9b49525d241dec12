import { useState } from "preact/hooks";
import { Banner, Button, Dialog, Field, toast } from "../../ui/index.ts";
import { words as shared } from "../../ui/words.ts";
import { words } from "../words.ts";
import { changeMember, type ClinicRole, type Member } from "./ask.ts";
import { nameIn } from "./figures.ts";
import { RolePicker } from "./RolePicker.tsx";
import { useForm } from "./useForm.ts";

interface Props {
  member: Member;
  /** Whether it is who is signed in. */
  own: boolean;
  onChanged: (member: Member) => void;
  onClose: () => void;
}

/** Changes somebody's name and role. */
export function ChangeMember({ member, own, onChanged, onClose }: Props) {
  const [name, setName] = useState(member.name);
  const [role, setRole] = useState(member.role);
  const form = useForm(["name", "role"]);
  const submit = async (event: Event) => {
    event.preventDefault();
    const done = await form.send({ name: nameIn(name) ? "" : words.staffPage.nameMissing }, async () => {
      const asked = { name: nameIn(name), ...(role !== member.role && role !== "sre" ? { role } : {}) };
      onChanged(await changeMember(member.id, asked));
      toast(words.staffPage.changed(asked.name));
    });
    if (done) onClose();
  };
  return (
    <Dialog title={words.staffPage.changeTitle(member.name)} onClose={onClose}>
      <form class="form" onSubmit={submit} noValidate>
        {(form.refused || form.fields.role) && (
          <Banner tone="lost" live>
            {form.refused || form.fields.role}
          </Banner>
        )}
        <Field
          label={words.staffPage.name}
          autocomplete="off"
          value={name}
          wrong={form.fields.name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <Role role={role} own={own} onPick={setRole} />
        {role !== member.role && <p role="status">{words.staffPage.roleSignsOut}</p>}
        <div class="dialog-acts">
          <Button onClick={onClose}>{shared.cancel}</Button>
          <Button type="submit" kind="primary" busy={form.busy}>
            {words.staffPage.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Role({ role, own, onPick }: { role: Member["role"]; own: boolean; onPick: (role: ClinicRole) => void }) {
  if (own) return <p class="soft">{words.staffPage.ownRole}</p>;
  if (role === "sre") return <p class="soft">{words.staffPage.operatorsRole}</p>;
  return <RolePicker role={role} onPick={onPick} />;
}
