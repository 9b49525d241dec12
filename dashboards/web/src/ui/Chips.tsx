import { useId, useRef, useState } from "preact/hooks";
import { CircleAlert, X } from "lucide-preact";
import { contactsIn, faultsOf, isSeparated, merged, MOST_CONTACTS, type ContactKind } from "./contacts.ts";
import { Icon } from "./Icon.tsx";
import { afterPress } from "./press.ts";
import { announce } from "./toast.tsx";
import { words } from "./words.ts";

interface Props {
  label: string;
  kind: ContactKind;
  /** All that is in the field, what is still being typed too: nothing needs to be finished with `;` before it is sent. */
  values: readonly string[];
  onChange: (values: string[]) => void;
  /** What is wrong with the field as a whole, one sentence. */
  error?: string | undefined;
  /** What the server says of single values. */
  faults?: Readonly<Record<string, string>> | undefined;
  /** How many it takes. */
  most?: number;
}

/**
 * A field for several e-mail addresses or phone numbers: `;` or Enter makes a chip of what was typed.
 *
 * A chip with something wrong says so at once and can be pressed to change it; ask `faultsOf` whether there are any.
 */
export function Chips({ label, kind, values, onChange, error, faults, most = MOST_CONTACTS }: Props) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const field = useChips(kind, values, onChange, most);
  const finish = useRef(field.finish);
  finish.current = field.finish;
  const wrong = { ...faultsOf(kind, field.chips), ...pick(faults, field.chips) };
  const sentences = [...Object.values(wrong), ...(field.over ? [words.contacts.most(most)] : []), ...(error ? [error] : [])];
  const edit = (value: string) => {
    field.edit(value);
    box.current?.focus();
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <div class={sentences.length ? "chip-field chip-field-wrong" : "chip-field"} onClick={() => box.current?.focus()}>
        {field.chips.length > 0 && (
          <ul class="contact-chips" aria-label={words.contacts.list(label)}>
            {field.chips.map((value) => (
              <Chip
                key={value}
                value={value}
                wrong={value in wrong}
                onEdit={() => edit(value)}
                onDrop={() => {
                  field.drop(value);
                  box.current?.focus();
                }}
              />
            ))}
          </ul>
        )}
        <input
          ref={box}
          id={id}
          class="chip-input"
          type="text"
          inputMode={kind === "email" ? "email" : "tel"}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={field.text}
          aria-invalid={sentences.length ? "true" : undefined}
          aria-describedby={`${id}-hint${sentences.length ? ` ${id}-wrong` : ""}`}
          onInput={(event) => field.type(event.currentTarget.value)}
          onBlur={() => afterPress(() => finish.current())}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.isComposing && field.text.trim()) {
              event.preventDefault(); // finishes this one; with nothing typed it sends the form
              field.finish();
            } else if (event.key === "Backspace" && !field.text && field.chips.length) {
              event.preventDefault();
              edit(field.chips.at(-1) ?? "");
            }
          }}
        />
      </div>
      <p class="field-hint" id={`${id}-hint`}>
        {words.contacts.hint}
      </p>
      {sentences.length > 0 && (
        <div class="field-wrong" id={`${id}-wrong`} role="alert">
          <Icon of={CircleAlert} />
          <div>
            {[...new Set(sentences)].map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}

interface ChipProps {
  value: string;
  wrong: boolean;
  onEdit: () => void;
  onDrop: () => void;
}

function Chip({ value, wrong, onEdit, onDrop }: ChipProps) {
  return (
    <li class={wrong ? "contact-chip contact-chip-wrong" : "contact-chip"}>
      {wrong && <Icon of={CircleAlert} size={16} />}
      <button type="button" class="contact-chip-text" title={words.contacts.change(value)} onClick={onEdit}>
        {value}
        <span class="unseen">, {wrong ? words.contacts.changeWrong : words.contacts.changeIt}</span>
      </button>
      <button type="button" class="contact-chip-drop" aria-label={words.contacts.remove(value)} onClick={onDrop}>
        <Icon of={X} size={16} />
      </button>
    </li>
  );
}

/** The chips and the text after them, which together are `values`; a list from outside replaces both. */
function useChips(kind: ContactKind, values: readonly string[], onChange: (values: string[]) => void, most: number) {
  const told = useRef<readonly string[]>(values);
  const [chips, setChips] = useState<readonly string[]>(values);
  const [text, setText] = useState("");
  const [over, setOver] = useState(false);
  const isOurs = told.current.length === values.length && told.current.every((value, index) => value === values[index]);
  if (!isOurs) {
    told.current = values;
    setChips(values);
    setText("");
    setOver(false);
  }
  const put = (next: readonly string[], typed: string) => {
    const finished = merged(kind, next);
    const all = merged(kind, [...finished, ...contactsIn(kind, typed)]).slice(0, most);
    setChips(finished.slice(0, most));
    setText(typed);
    setOver(finished.length > most);
    told.current = all;
    onChange(all);
    if (finished.length > chips.length) announce(words.contacts.added(finished.slice(chips.length, most)));
  };
  return {
    chips: isOurs ? chips : values,
    text: isOurs ? text : "",
    over,
    type: (typed: string) => (isSeparated(typed) ? put([...chips, ...contactsIn(kind, typed)], "") : put(chips, typed)),
    finish: () => text.trim() && put([...chips, ...contactsIn(kind, text)], ""),
    drop: (value: string) => put(chips.filter((one) => one !== value), text),
    edit: (value: string) => put([...chips.filter((one) => one !== value), ...contactsIn(kind, text)], value),
  };
}

function pick(faults: Readonly<Record<string, string>> | undefined, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(values.flatMap((value) => (faults?.[value] ? [[value, faults[value]]] : [])));
}
