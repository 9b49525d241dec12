import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Plus, X } from "lucide-preact";
import { Button } from "../../ui/index.ts";
import { type Save, type Saving, Told, useSaving, whyNot, Wrong } from "./saving.tsx";
import { words } from "../words.ts";

export interface Listed<Item> {
  readonly items: readonly Item[];
  readonly saving: Saving;
  /** Save the list like this; resolves to whether it stands so. */
  readonly put: (items: readonly Item[]) => Promise<boolean>;
}

/** A list that is saved whole with each change of it. */
export function useListed<Item>(value: readonly Item[], save: Save<readonly Item[]>): Listed<Item> {
  const [items, setItems] = useState(value);
  const [saving, run] = useSaving();
  const put = async (wanted: readonly Item[]) => {
    const before = items;
    setItems(wanted);
    const stands = await run(() => save(wanted));
    if (!stands) setItems(before);
    return stands;
  };
  return { items, saving, put };
}

interface FrameProps {
  legend: string;
  why: string;
  saving: Saving;
  children: ComponentChildren;
}

/** The frame of a list: what it is, why it matters, whether it is saved. */
export function ListSetting({ legend, why, saving, children }: FrameProps) {
  const id = useId();
  return (
    <section class="setting setting-list" aria-labelledby={id}>
      <div class="setting-line">
        <h3 id={id}>{legend}</h3>
        <Told saving={saving} />
      </div>
      <p class="soft setting-why">{why}</p>
      {children}
      <Wrong why={whyNot(saving)} />
    </section>
  );
}

/** Takes one item away. Focus stays in the list: it goes to the next item's button, or to what stands below. */
export function Remove({ label, disabled, onRemove }: { label: string; disabled?: boolean; onRemove: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  const remove = () => {
    const line = button.current?.closest("li");
    const near = line?.nextElementSibling ?? line?.previousElementSibling;
    const next = near?.querySelector<HTMLElement>(".list-remove:not(:disabled)") ?? line?.closest("section")?.querySelector("form input");
    (next as HTMLElement | null | undefined)?.focus();
    onRemove();
  };
  return (
    <Button
      kind="plain"
      size="dense"
      icon={X}
      class="list-remove"
      label={label}
      buttonRef={button}
      disabled={disabled ?? false}
      {...(disabled ? { title: words.settings.lastStays } : {})}
      onClick={remove}
    />
  );
}

interface CellProps {
  label: string;
  value: string;
  check: (text: string) => string;
  /** Called with a text without fault that is not the old one. */
  onChange: (text: string) => void;
  short?: boolean;
}

/** One value of an item: taken when somebody leaves it or presses Enter; what is wrong with it is said below. */
export function Cell({ label, value, check, onChange, short }: CellProps) {
  const id = useId();
  const [text, setText] = useState(value);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    setText(value); // another item stands here now, or the change was refused
    setWrong("");
  }, [value]);
  const settle = () => {
    const fault = text === value ? "" : check(text);
    setWrong(fault);
    if (!fault && text !== value) onChange(text);
  };
  return (
    <div class={short ? "cell cell-short" : "cell"}>
      <input
        class="input"
        aria-label={label}
        inputMode={short ? "numeric" : "text"}
        value={text}
        aria-invalid={wrong ? "true" : undefined}
        {...(wrong ? { "aria-describedby": id } : {})}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={settle}
        onKeyDown={(event) => event.key === "Enter" && settle()}
      />
      <Wrong id={id} why={wrong} />
    </div>
  );
}

/** The button of the form below a list, which adds to it. */
export function AddButton({ children }: { children: string }) {
  return (
    <Button type="submit" size="dense" icon={Plus}>
      {children}
    </Button>
  );
}
