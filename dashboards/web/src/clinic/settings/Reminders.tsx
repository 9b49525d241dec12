import { useState } from "preact/hooks";
import { beforeStart } from "../../ui/time.ts";
import { words } from "../words.ts";
import { inOrder, MOST_REMINDERS, REMINDER, type Unit, UNITS, wholeIn } from "./figures.ts";
import { AddButton, ListSetting, Remove, useListed } from "./ListSetting.tsx";
import { Wrong } from "./saving.tsx";
import type { SectionProps } from "./Settings.tsx";

/** When new visits' reminders are sent, if nobody chooses others. */
export function Reminders({ clinic, save }: SectionProps) {
  const { items, saving, put } = useListed(clinic.reminders, (reminders) => save({ reminders }));
  return (
    <ListSetting legend={words.settings.reminders} why={words.settings.remindersMore} saving={saving}>
      {items.length === 0 && <p>{words.settings.noReminders}</p>}
      <ul class="list-lines">
        {inOrder(items).map((minutes) => (
          <li key={minutes} class="list-line">
            <span class="list-text">{beforeStart(minutes)}</span>
            <Remove
              label={words.settings.removeReminder(beforeStart(minutes))}
              onRemove={() => void put(items.filter((one) => one !== minutes))}
            />
          </li>
        ))}
      </ul>
      {items.length < MOST_REMINDERS && <NewReminder items={items} onAdd={(minutes) => put(inOrder([...items, minutes]))} />}
    </ListSetting>
  );
}

function NewReminder({ items, onAdd }: { items: readonly number[]; onAdd: (minutes: number) => Promise<boolean> }) {
  const [count, setCount] = useState("15");
  const [unit, setUnit] = useState<Unit>("minutes");
  const [wrong, setWrong] = useState("");
  const add = async (event: Event) => {
    event.preventDefault();
    const minutes = wholeIn(String((wholeIn(count, REMINDER_COUNT) ?? 0) * UNITS[unit]), REMINDER);
    const fault = minutes === null ? words.settings.reminderBad : items.includes(minutes) ? words.settings.reminderTwice : "";
    setWrong(fault);
    if (minutes !== null && !fault) await onAdd(minutes);
  };
  return (
    <form class="list-add" onSubmit={add} noValidate>
      <input
        class="input input-short"
        inputMode="numeric"
        aria-label={words.settings.reminderCount}
        aria-invalid={wrong ? "true" : undefined}
        value={count}
        onInput={(event) => setCount(event.currentTarget.value)}
      />
      <select
        class="input list-add-unit"
        aria-label={words.settings.reminderUnit}
        value={unit}
        onChange={(event) => setUnit(event.currentTarget.value as Unit)}
      >
        {(Object.keys(UNITS) as Unit[]).map((one) => (
          <option key={one} value={one}>
            {words.settings.units[one]}
          </option>
        ))}
      </select>
      <span class="soft list-unit">{words.settings.beforeStart}</span>
      <AddButton>{words.settings.addReminder}</AddButton>
      <Wrong why={wrong} />
    </form>
  );
}

/** What may be typed; with its unit it must still be in range. */
const REMINDER_COUNT = { from: 1, to: REMINDER.to };
