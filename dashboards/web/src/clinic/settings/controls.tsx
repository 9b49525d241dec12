/** Controls that save themselves; see saving.tsx. */
import { createContext, type ComponentChildren } from "preact";
import { useContext, useId, useRef, useState } from "preact/hooks";
import { type Save, Setting, Told, useSaving, whyNot, Wrong } from "./saving.tsx";

interface SwitchProps {
  label: string;
  why: string;
  on: boolean;
  save: Save<boolean>;
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
  legend: string;
  value: Value;
  save: Save<Value>;
  children: ComponentChildren;
}

/** One of several, with `Choice` for each. */
export function Choices<Value extends string>({ legend, value, save, children }: ChoicesProps<Value>) {
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
        <h3>{legend}</h3>
        <Told saving={saving} />
      </legend>
      <Picked name={name} value={wanted} pick={(to) => void pick(to)}>
        {children}
      </Picked>
      <Wrong why={whyNot(saving)} />
    </fieldset>
  );
}

/** The group that `Choice`s stand in, where they are not saved one by one. */
export function Picked({ children, ...picking }: Picking & { children: ComponentChildren }) {
  return <PickingContext.Provider value={picking}>{children}</PickingContext.Provider>;
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
  type: "number" | "tel" | "text";
  /** What is wrong with the text, "" when nothing is. */
  check: (text: string) => string;
  save: Save<string>;
}

/** Saved when somebody leaves the field or presses Enter. */
export function TextSetting({ label, why, value, type, check, save }: TextProps) {
  const id = useId();
  const [text, setText] = useState(value);
  const [wrong, setWrong] = useState("");
  const [saving, run] = useSaving();
  const stands = useRef(value); // or is on its way: Enter and then leaving the field saves once
  const settle = async () => {
    const fault = check(text);
    setWrong(fault);
    const before = stands.current;
    if (fault || text === before) return;
    stands.current = text;
    const done = await run(async () => {
      const kept = await save(text);
      if (!kept) setText(before);
      return kept;
    });
    if (!done) stands.current = before;
  };
  const isWrong = wrong !== "" || saving.at === "refused";
  return (
    <Setting id={id} label={label} why={why} saving={saving} wrong={wrong}>
      <input
        id={id}
        class={type === "number" ? "input input-short" : "input input-medium"}
        inputMode={type === "number" ? "numeric" : type}
        value={text}
        aria-describedby={isWrong ? `${id}-why ${id}-wrong` : `${id}-why`}
        aria-invalid={isWrong ? "true" : undefined}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={() => void settle()}
        onKeyDown={(event) => event.key === "Enter" && void settle()}
      />
    </Setting>
  );
}

interface SelectProps {
  label: string;
  why: string;
  value: string;
  save: Save<string>;
  /** The browser's own options, in groups or not. */
  children: ComponentChildren;
}

export function SelectSetting({ label, why, value, save, children }: SelectProps) {
  const id = useId();
  const [wanted, setWanted] = useState(value);
  const [saving, run] = useSaving();
  const pick = async (to: string) => {
    const before = wanted;
    setWanted(to);
    if (!(await run(() => save(to)))) setWanted(before);
  };
  return (
    <Setting id={id} label={label} why={why} saving={saving}>
      <select
        id={id}
        class="input input-medium"
        value={wanted}
        aria-describedby={`${id}-why`}
        onChange={(event) => void pick(event.currentTarget.value)}
      >
        {children}
      </select>
    </Setting>
  );
}
