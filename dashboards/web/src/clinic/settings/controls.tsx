/** Controls that save themselves: what was changed stands at once, "Saved" follows, and a refusal puts it back. */
import { createContext, type ComponentChildren } from "preact";
import { useContext, useEffect, useId, useState } from "preact/hooks";
import { CircleAlert, CircleCheck } from "lucide-preact";
import { announce, Icon } from "../../ui/index.ts";
import { sentenceOf } from "../refused.ts";
import { words } from "../words.ts";

type Saving = { readonly at: "idle" | "saving" | "saved" } | { readonly at: "refused"; readonly why: string };

const SHOWN_MS = 3000;

/** Save, and tell how far it is. "Saved" goes away after a while; why it was refused stays. */
function useSaving(): [Saving, (save: () => Promise<void>) => Promise<boolean>] {
  const [saving, setSaving] = useState<Saving>({ at: "idle" });
  useEffect(() => {
    if (saving.at !== "saved") return;
    const timer = setTimeout(() => setSaving({ at: "idle" }), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [saving]);
  const run = async (save: () => Promise<void>) => {
    setSaving({ at: "saving" });
    try {
      await save();
      setSaving({ at: "saved" });
      announce(words.settings.saved);
      return true;
    } catch (error) {
      setSaving({ at: "refused", why: sentenceOf(error) });
      return false;
    }
  };
  return [saving, run];
}

function Told({ saving }: { saving: Saving }) {
  if (saving.at === "saved") {
    return (
      <span class="saved">
        <Icon of={CircleCheck} size={16} /> {words.settings.saved}
      </span>
    );
  }
  return <span class="saved">{saving.at === "saving" && <span class="soft">{words.settings.saving}</span>}</span>;
}

function Wrong({ why }: { why: string }) {
  if (!why) return null;
  return (
    <p class="field-wrong" role="alert">
      <Icon of={CircleAlert} size={16} />
      {why}
    </p>
  );
}

function whyNot(saving: Saving): string {
  return saving.at === "refused" ? saving.why : "";
}

interface SwitchProps {
  label: string;
  why: string;
  on: boolean;
  save: (on: boolean) => Promise<void>;
}

export function Switch({ label, why, on, save }: SwitchProps) {
  const id = useId();
  const [wanted, setWanted] = useState(on);
  const [saving, run] = useSaving();
  const change = async (to: boolean) => {
    setWanted(to);
    if (!(await run(() => save(to)))) setWanted(!to);
  };
  return (
    <div class="setting">
      <label class="setting-line">
        <input
          type="checkbox"
          role="switch"
          class="switch"
          checked={wanted}
          aria-describedby={id}
          onChange={(event) => void change(event.currentTarget.checked)}
        />
        <span class="strong">{label}</span>
        <Told saving={saving} />
      </label>
      <p class="soft setting-why" id={id}>
        {why}
      </p>
      <Wrong why={whyNot(saving)} />
    </div>
  );
}

interface Picking {
  readonly name: string;
  readonly value: string;
  readonly pick: (value: string) => void;
}

const PickingContext = createContext<Picking>({ name: "", value: "", pick: () => undefined });

interface ChoicesProps<Value extends string> {
  id: string;
  legend: string;
  value: Value;
  save: (value: Value) => Promise<void>;
  children: ComponentChildren;
}

/** One of several, with `Choice` for each. */
export function Choices<Value extends string>({ id, legend, value, save, children }: ChoicesProps<Value>) {
  const name = useId();
  const [wanted, setWanted] = useState<string>(value);
  const [saving, run] = useSaving();
  const pick = async (to: string) => {
    const before = wanted;
    setWanted(to);
    if (!(await run(() => save(to as Value)))) setWanted(before);
  };
  return (
    <fieldset class="setting">
      <legend class="setting-line">
        <h2 id={id}>{legend}</h2>
        <Told saving={saving} />
      </legend>
      <PickingContext.Provider value={{ name, value: wanted, pick: (to) => void pick(to) }}>{children}</PickingContext.Provider>
      <Wrong why={whyNot(saving)} />
    </fieldset>
  );
}

export function Choice({ value, label, why }: { value: string; label: string; why: string }) {
  const id = useId();
  const picking = useContext(PickingContext);
  return (
    <div class="setting-choice">
      <label class="setting-line">
        <input
          type="radio"
          name={picking.name}
          checked={picking.value === value}
          aria-describedby={id}
          onChange={() => picking.pick(value)}
        />
        <span class="strong">{label}</span>
      </label>
      <p class="soft setting-why" id={id}>
        {why}
      </p>
    </div>
  );
}

interface TextProps {
  label: string;
  why: string;
  value: string;
  type: "number" | "tel";
  /** What is wrong with the text, "" when nothing is. */
  check: (text: string) => string;
  save: (text: string) => Promise<void>;
}

/** Saved when somebody leaves the field or presses Enter. */
export function TextSetting({ label, why, value, type, check, save }: TextProps) {
  const id = useId();
  const [text, setText] = useState(value);
  const [saved, setSaved] = useState(value);
  const [wrong, setWrong] = useState("");
  const [saving, run] = useSaving();
  const settle = async () => {
    const fault = check(text);
    setWrong(fault);
    if (fault || text === saved) return;
    if (await run(() => save(text))) setSaved(text);
  };
  return (
    <div class="setting">
      <div class="setting-line">
        <label class="strong" for={id}>
          {label}
        </label>
        <Told saving={saving} />
      </div>
      <p class="soft setting-why" id={`${id}-why`}>
        {why}
      </p>
      <input
        id={id}
        class={type === "number" ? "input input-short" : "input input-medium"}
        inputMode={type === "number" ? "numeric" : "tel"}
        value={text}
        aria-describedby={`${id}-why`}
        aria-invalid={wrong || saving.at === "refused" ? "true" : undefined}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={() => void settle()}
        onKeyDown={(event) => event.key === "Enter" && void settle()}
      />
      <Wrong why={wrong || whyNot(saving)} />
    </div>
  );
}
