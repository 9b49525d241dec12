import { useRef, useState } from "preact/hooks";
import { Field } from "../../ui/index.ts";
import type { VisitOption } from "../clinic.ts";
import { words } from "../words.ts";
import { SelectSetting } from "./controls.tsx";
import { isSameName, nameIn, OPTION_MINUTES, wholeIn } from "./figures.ts";
import { Languages } from "./Languages.tsx";
import { AddButton, Cell, ListSetting, Remove, useListed } from "./ListSetting.tsx";
import { Part } from "./parts.tsx";
import { Reminders } from "./Reminders.tsx";
import type { SectionProps } from "./Settings.tsx";

const CAPACITIES = [2, 3, 4, 5, 6];

/** What a new visit may be, where, with how many, and what is sent before it. */
export function Visits({ clinic, save }: SectionProps) {
  return (
    <>
      <section>
        <Options clinic={clinic} save={save} />
      </section>
      <section>
        <Rooms clinic={clinic} save={save} />
      </section>
      <Part title={words.settings.inVisit}>
        <SelectSetting
          label={words.settings.capacity}
          why={words.settings.capacityMore}
          value={String(clinic.capacity)}
          save={(people) => save({ capacity: Number(people) })}
        >
          {CAPACITIES.map((people) => (
            <option key={people} value={String(people)}>
              {words.settings.capacityOf(people)}
            </option>
          ))}
        </SelectSetting>
      </Part>
      <section>
        <Reminders clinic={clinic} save={save} />
      </section>
      <Languages clinic={clinic} save={save} />
    </>
  );
}

function Options({ clinic, save }: SectionProps) {
  const { items, saving, put } = useListed<VisitOption>(clinic.options, (options) => save({ options }));
  const change = (at: number, to: Partial<VisitOption>) =>
    void put(items.map((item, index) => (index === at ? { ...item, ...to } : item)));
  return (
    <ListSetting legend={words.settings.options} why={words.settings.optionsMore} saving={saving}>
      <ul class="list-lines">
        {items.map(({ name, minutes }, index) => (
          <li key={index} class="list-line">
            <Cell
              label={words.settings.optionOf(index + 1)}
              value={name}
              check={(text) => optionFault(text, items.filter((_, other) => other !== index))}
              onChange={(text) => change(index, { name: nameIn(text) })}
            />
            <Cell
              short
              label={words.settings.minutesOf(index + 1)}
              value={String(minutes)}
              check={minutesFault}
              onChange={(text) => change(index, { minutes: Number(text) })}
            />
            <span class="soft list-unit">{words.settings.units.minutes}</span>
            <Remove
              label={words.settings.removeOption(name)}
              disabled={items.length === 1}
              onRemove={() => void put(items.filter((_, other) => other !== index))}
            />
          </li>
        ))}
      </ul>
      <NewOption items={items} onAdd={(option) => put([...items, option])} />
    </ListSetting>
  );
}

function NewOption({ items, onAdd }: { items: readonly VisitOption[]; onAdd: (option: VisitOption) => Promise<boolean> }) {
  const [name, setName] = useState("");
  const [minutes, setMinutes] = useState("15");
  const [wrong, setWrong] = useState({ name: "", minutes: "" });
  const field = useRef<HTMLInputElement>(null);
  const add = async (event: Event) => {
    event.preventDefault();
    const faults = { name: optionFault(name, items), minutes: minutesFault(minutes) };
    setWrong(faults);
    if (faults.name || faults.minutes) return;
    if (await onAdd({ name: nameIn(name), minutes: Number(minutes) })) setName("");
    field.current?.focus();
  };
  return (
    <form class="list-add" onSubmit={add} noValidate>
      <Field
        label={words.settings.option}
        value={name}
        wrong={wrong.name}
        inputRef={field}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <div class="list-add-short">
        <Field
          label={words.settings.minutes}
          inputMode="numeric"
          value={minutes}
          wrong={wrong.minutes}
          onInput={(event) => setMinutes(event.currentTarget.value)}
        />
      </div>
      <AddButton>{words.settings.addOption}</AddButton>
    </form>
  );
}

function optionFault(text: string, others: readonly VisitOption[]): string {
  if (!nameIn(text)) return words.settings.optionMissing;
  return others.some(({ name }) => isSameName(name, text)) ? words.settings.optionTwice : "";
}

function minutesFault(text: string): string {
  return wholeIn(text, OPTION_MINUTES) === null ? words.settings.minutesBad : "";
}

function Rooms({ clinic, save }: SectionProps) {
  const { items, saving, put } = useListed(clinic.rooms, (rooms) => save({ rooms }));
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const add = async (event: Event) => {
    event.preventDefault();
    const fault = roomFault(name, items);
    setWrong(fault);
    if (fault) return;
    if (await put([...items, nameIn(name)])) setName("");
    field.current?.focus();
  };
  return (
    <ListSetting legend={words.settings.rooms} why={words.settings.roomsMore} saving={saving}>
      <ul class="list-lines">
        {items.map((room, index) => (
          <li key={index} class="list-line">
            <Cell
              label={words.settings.roomOf(index + 1)}
              value={room}
              check={(text) => roomFault(text, items.filter((_, other) => other !== index))}
              onChange={(text) => void put(items.map((one, other) => (other === index ? nameIn(text) : one)))}
            />
            <Remove
              label={words.settings.removeRoom(room)}
              disabled={items.length === 1}
              onRemove={() => void put(items.filter((_, other) => other !== index))}
            />
          </li>
        ))}
      </ul>
      <form class="list-add" onSubmit={add} noValidate>
        <Field
          label={words.settings.room}
          value={name}
          wrong={wrong}
          inputRef={field}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <AddButton>{words.settings.addRoom}</AddButton>
      </form>
    </ListSetting>
  );
}

function roomFault(text: string, others: readonly string[]): string {
  if (!nameIn(text)) return words.settings.roomMissing;
  return others.some((name) => isSameName(name, text)) ? words.settings.roomTwice : "";
}
