import { useEffect, useRef, useState } from "preact/hooks";
import { Plus } from "lucide-preact";
import { Button, Field, Select } from "../../../ui/index.ts";
import { Menu } from "../../../ui/Menu.tsx";
import { ownName } from "../../../ui/language.ts";
import { beforeStart } from "../../../ui/time.ts";
import { words as shared } from "../../../ui/words.ts";
import { clock } from "../../../wire/index.ts";
import type { Clinic, Provider } from "../../clinic.ts";
import { focusOnce } from "../../focus.ts";
import { words } from "../words.ts";
import { Choices } from "./Choices.tsx";
import { type Draft, faultAt, type Faults, MOST_PROVIDERS, MOST_REMINDERS, optionText, withReminder } from "./draft.ts";
import { Guests } from "./Guests.tsx";
import { Providers } from "./Providers.tsx";
import { OwnReminder, Reminders } from "./Reminders.tsx";
import { When } from "./When.tsx";

/** The reminders of the menu, in minutes. */
const USUAL = [24 * 60, 60, 15] as const;

export interface FormProps {
  draft: Draft;
  clinic: Clinic;
  providers: readonly Provider[];
  faults: Faults;
  /** What went wrong with the form as a whole. */
  wrong: string;
  busy: boolean;
  isNew: boolean;
  /** Change the draft; what was said of these fields no longer holds. */
  set: (part: Partial<Draft>, ...fields: string[]) => void;
  onSubmit: () => void;
  onCancel: () => void;
}

/** Everything a visit is made of (R5), what is needed first. */
export function VisitForm(props: FormProps) {
  const { draft, clinic, providers, faults, wrong, busy, isNew, set, onSubmit, onCancel } = props;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (Object.keys(faults).length) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [faults]);
  return (
    <form
      ref={form}
      class="sheet-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) onSubmit();
      }}
    >
      <div class="sheet-in form">
        <PatientPart {...props} />
        <Providers
          chosen={draft.providers}
          providers={providers}
          wrong={faultAt(faults, "providers")}
          onChange={(chosen) => set({ providers: chosen }, "providers")}
        />
        <When
          draft={draft}
          clinic={clinic}
          now={clock.now()}
          mayBeNow={isNew}
          wrong={faultAt(faults, "start") ?? faultAt(faults, "end")}
          set={(part) => set(part, "start", "end")}
        />
        <KindPart {...props} />
        <MorePart {...props} />
      </div>
      <div class="sheet-foot">
        {wrong && <p class="form-wrong" role="alert">{wrong}</p>}
        <div class="form-acts">
          <Button onClick={onCancel}>{shared.cancel}</Button>
          <Button type="submit" kind="primary" busy={busy}>
            {isNew ? words.form.create : words.form.save}
          </Button>
        </div>
      </div>
    </form>
  );
}

function PatientPart({ draft, faults, set }: FormProps) {
  return (
    <div class="form-part">
      <Field
        label={words.form.patientName}
        wrong={faultAt(faults, "patient.name")}
        value={draft.patient}
        autocomplete="off"
        autofocus
        inputRef={focusOnce}
        onInput={(event) => set({ patient: event.currentTarget.value }, "patient.name")}
      />
      <div class="form-pair">
        <Field
          label={words.form.email}
          wrong={faultAt(faults, "patient.email")}
          type="email"
          autocomplete="off"
          value={draft.email}
          onInput={(event) => set({ email: event.currentTarget.value }, "patient.email")}
        />
        <Field
          label={words.form.phone}
          wrong={faultAt(faults, "patient.phone")}
          type="tel"
          autocomplete="off"
          value={draft.phone}
          onInput={(event) => set({ phone: event.currentTarget.value }, "patient.phone")}
        />
      </div>
      <p class="field-hint">{words.form.patientWhy}</p>
    </div>
  );
}

function KindPart({ draft, clinic, faults, set }: FormProps) {
  const options = clinic.options.map(({ name, minutes }) => ({ value: name, label: optionText(name, minutes) }));
  const rooms = draft.room && !clinic.rooms.includes(draft.room) ? [draft.room, ...clinic.rooms] : clinic.rooms;
  return (
    <div class="form-part">
      <div class="form-pair">
        <Select
          label={words.form.option}
          value={draft.option}
          options={[...options, { value: "", label: words.form.ownLength }]}
          onPick={(option) => set({ option }, "option", "minutes", "end")}
        />
        {draft.option ? (
          <Room rooms={rooms} value={draft.room} set={set} />
        ) : (
          <Field
            label={words.form.minutes}
            wrong={faultAt(faults, "minutes")}
            inputMode="numeric"
            autocomplete="off"
            value={draft.minutes}
            onInput={(event) => set({ minutes: event.currentTarget.value }, "minutes", "end")}
          />
        )}
      </div>
      {!draft.option && <Room rooms={rooms} value={draft.room} set={set} />}
      <Choices
        legend={words.form.type}
        value={draft.type}
        options={[
          { value: "video", label: words.form.types.video },
          { value: "phone", label: words.form.types.phone },
        ]}
        onPick={(type) => set({ type }, "type")}
      />
      <Field
        label={words.form.name}
        wrong={faultAt(faults, "name")}
        autocomplete="off"
        maxLength={64}
        placeholder={words.form.optional}
        value={draft.name}
        onInput={(event) => set({ name: event.currentTarget.value }, "name")}
      />
    </div>
  );
}

function Room({ rooms, value, set }: { rooms: readonly string[]; value: string; set: FormProps["set"] }) {
  return (
    <Select
      label={words.form.room}
      value={value}
      options={rooms.map((room) => ({ value: room, label: room }))}
      onPick={(room) => set({ room }, "room")}
    />
  );
}

/** More providers, other guests, reminders, and in which language all of them read of it. */
function MorePart({ draft, clinic, providers, faults, isNew, set }: FormProps) {
  const [guests, setGuests] = useState(draft.guestEmails.length + draft.guestPhones.length > 0);
  const [own, setOwn] = useState(false);
  const remind = (minutes: number) => {
    set({ reminders: withReminder(draft.reminders, minutes) }, "reminders");
    setOwn(false);
  };
  const usual = USUAL.filter((minutes) => !draft.reminders.includes(minutes));
  const languages = clinic.languages?.length ? clinic.languages : [draft.language];
  return (
    <section class="form-part form-more" aria-label={words.form.moreOptions}>
      <h3 class="form-title">{words.form.moreOptions}</h3>
      <div class="form-adds">
        {draft.providers.length < Math.min(providers.length, MOST_PROVIDERS) && (
          <Button size="dense" icon={Plus} onClick={() => set({ providers: [...draft.providers, ""] }, "providers")}>
            {words.form.moreProvider}
          </Button>
        )}
        {isNew && !guests && clinic.guests_by_provider && (
          <Button size="dense" icon={Plus} onClick={() => setGuests(true)}>
            {words.form.otherGuest}
          </Button>
        )}
        {draft.reminders.length < MOST_REMINDERS && (
          <Menu
            size="dense"
            icon={Plus}
            label={words.form.reminder}
            items={[
              ...usual.map((minutes) => ({ label: beforeStart(minutes), onPick: () => remind(minutes) })),
              { label: words.form.own, onPick: () => setOwn(true) },
            ]}
          >
            {words.form.reminder}
          </Menu>
        )}
      </div>
      {guests && (
        <Guests draft={draft} faults={faults} set={(part) => set(part, "guests")} />
      )}
      {!isNew && <p class="field-hint">{words.form.guestsEdit}</p>}
      <Reminders
        reminders={draft.reminders}
        wrong={faultAt(faults, "reminders")}
        onDrop={(minutes) => set({ reminders: draft.reminders.filter((one) => one !== minutes) }, "reminders")}
      />
      {own && <OwnReminder onAdd={remind} />}
      {languages.length > 1 && (
        <Select
          label={words.form.language}
          value={draft.language}
          options={languages.map((language) => ({ value: language, label: ownName(language) }))}
          onPick={(language) => set({ language }, "language")}
        />
      )}
    </section>
  );
}
