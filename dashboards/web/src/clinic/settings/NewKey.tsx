import { useId, useState } from "preact/hooks";
import { Field } from "../../ui/index.ts";
import { focusOnce } from "../focus.ts";
import { words } from "../words.ts";
import { AddForm } from "./AddAtTop.tsx";
import { makeKey, type Scope } from "./ask.ts";
import { nameIn } from "./figures.ts";
import type { MadeKey } from "./Keys.tsx";
import { Wrong } from "./saving.tsx";
import { useForm } from "./useForm.ts";

const SCOPES: readonly Scope[] = ["visits:read", "visits:write", "clinic:admin"];

/** Makes a key for a program. */
export function NewKey({ onMade, onClose }: { onMade: (made: MadeKey) => void; onClose: () => void }) {
  const id = useId();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>(["visits:read"]);
  const form = useForm(["name", "scopes"]);
  const submit = () => {
    const faults = {
      name: nameIn(name) ? "" : words.keysPage.nameMissing,
      scopes: scopes.length ? "" : words.keysPage.scopesMissing,
    };
    void form.send(faults, async () => {
      const { key } = await makeKey(nameIn(name), scopes);
      onMade({ name: nameIn(name), key });
    });
  };
  return (
    <AddForm refused={form.refused} busy={form.busy} act={words.keysPage.act} onSubmit={submit} onClose={onClose}>
      <Field
        label={words.keysPage.name}
        hint={words.keysPage.nameMore}
        autocomplete="off"
        value={name}
        wrong={form.fields.name}
        inputRef={focusOnce}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <fieldset class="setting" {...(form.fields.scopes ? { "aria-describedby": id } : {})}>
        <legend class="field-label">{words.keysPage.scopes}</legend>
        {SCOPES.map((scope) => (
          <label key={scope} class="setting-line">
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(event) =>
                setScopes(event.currentTarget.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
              }
            />
            {words.keysPage.scope[scope]}
          </label>
        ))}
        <Wrong id={id} why={form.fields.scopes ?? ""} />
      </fieldset>
    </AddForm>
  );
}
