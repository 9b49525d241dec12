import { useState } from "preact/hooks";
import { X } from "lucide-preact";
import { Button, Field, Icon, Select } from "../../../ui/index.ts";
import { beforeStart } from "../../../ui/time.ts";
import { words } from "../words.ts";
import { reminderOf } from "./draft.ts";

interface Props {
  /** Minutes before the start. */
  reminders: readonly number[];
  wrong: string | undefined;
  onDrop: (minutes: number) => void;
}

/** The reminders that are sent, each of which can be taken away. */
export function Reminders({ reminders, wrong, onDrop }: Props) {
  return (
    <div class="field" role="group" aria-label={words.form.reminders}>
      <span class="field-label">{words.form.reminders}</span>
      {reminders.length === 0 && <p class="field-hint">{words.form.remindersNone}</p>}
      <ul class="contact-chips">
        {reminders.map((minutes) => (
          <li key={minutes} class="contact-chip reminder-chip">
            <span>{beforeStart(minutes)}</span>
            <button
              type="button"
              class="contact-chip-drop"
              aria-label={words.form.reminderDrop(beforeStart(minutes))}
              onClick={() => onDrop(minutes)}
            >
              <Icon of={X} size={16} />
            </button>
          </li>
        ))}
      </ul>
      {wrong && (
        <p class="field-wrong" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}

type Unit = "minutes" | "hours" | "days";

/** A reminder at a distance of one's own. */
export function OwnReminder({ onAdd }: { onAdd: (minutes: number) => void }) {
  const [text, setText] = useState("");
  const [unit, setUnit] = useState<Unit>("hours");
  const [wrong, setWrong] = useState<string>();
  const add = () => {
    const minutes = reminderOf(text, unit);
    if (minutes === null) setWrong(words.form.ownBad);
    else onAdd(minutes);
  };
  return (
    <div class="own-reminder">
      <Field
        label={words.form.ownCount}
        inputMode="numeric"
        autofocus
        value={text}
        wrong={wrong}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault(); // adds this one; it does not send the form
          add();
        }}
      />
      <Select
        label={words.form.ownUnit}
        value={unit}
        options={(["minutes", "hours", "days"] as const).map((one) => ({ value: one, label: words.form.units[one] }))}
        onPick={(picked) => setUnit(picked as Unit)}
      />
      <Button onClick={add}>{words.form.ownAdd}</Button>
    </div>
  );
}
