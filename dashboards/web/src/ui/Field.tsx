import type { ComponentChildren, JSX, Ref } from "preact";
import { useId } from "preact/hooks";
import { CircleAlert } from "lucide-preact";
import { Icon } from "./Icon.tsx";

interface Frame {
  label: string;
  hint?: string | undefined;
  /** What is wrong with it, one sentence. */
  wrong?: string | undefined;
}

type Native = Omit<JSX.IntrinsicElements["input"], "size" | "label" | "ref">;

interface Props extends Frame, Native {
  large?: boolean;
  /** A small button that stands in the field, at its end. */
  inside?: ComponentChildren;
  inputRef?: Ref<HTMLInputElement>;
}

/** A labelled text field with its hint and what is wrong with it. */
export function Field({ label, hint, wrong, large, inside, inputRef, ...native }: Props) {
  const id = useId();
  const input = (
    <input
      {...native}
      {...(inputRef ? { ref: inputRef } : {})}
      id={id}
      class={large ? "input input-large" : "input"}
      aria-invalid={wrong ? "true" : undefined}
      aria-describedby={described(id, hint, wrong)}
    />
  );
  return (
    <Labelled id={id} label={label} hint={hint} wrong={wrong}>
      {inside ? (
        <div class="input-box">
          {input}
          {inside}
        </div>
      ) : (
        input
      )}
    </Labelled>
  );
}

interface SelectProps extends Frame {
  value: string;
  options: readonly { readonly value: string; readonly label: string }[];
  onPick: (value: string) => void;
}

/** A labelled menu of the browser's own. */
export function Select({ label, hint, wrong, value, options, onPick }: SelectProps) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint} wrong={wrong}>
      <select
        id={id}
        class="input"
        value={value}
        aria-describedby={described(id, hint, wrong)}
        onChange={(event) => onPick(event.currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

interface CheckProps {
  label: string;
  checked: boolean;
  onCheck: (checked: boolean) => void;
}

/** A box to tick, with its words beside it. */
export function Check({ label, checked, onCheck }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onCheck(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

function Labelled({ id, label, hint, wrong, children }: Frame & { id: string; children: ComponentChildren }) {
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      {hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children}
      {wrong && (
        <p class="field-wrong" id={`${id}-wrong`} role="alert">
          <Icon of={CircleAlert} />
          {wrong}
        </p>
      )}
    </div>
  );
}

function described(id: string, hint?: string, wrong?: string): string | undefined {
  return [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || undefined;
}
