import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Button, Dialog, Field, Select, toast } from "../../ui/index.ts";
import { zoneName } from "../../ui/time.ts";
import { words as shared } from "../../ui/words.ts";
import { clock, Refused } from "../../wire/index.ts";
import { openVisit } from "../address.ts";
import { type Clinic, createVisit, listStaff, type Provider, readClinic } from "../clinic.ts";
import { sentenceOf } from "../refused.ts";
import { useRun, useStaff } from "../staff.ts";
import { words } from "../words.ts";
import { type Draft, faultsOf, newDraft, visitOf, type Faults } from "./draft.ts";
import { creating } from "./open.ts";

interface Choices {
  readonly clinic: Clinic;
  readonly providers: readonly Provider[];
}

/** The form for a new visit; when it is made its details open, with the patient's link to copy. */
export function NewVisit() {
  const { me } = useStaff();
  const choices = useSignal<Choices | null>(null);
  const refused = useSignal("");
  const close = () => {
    creating.value = false;
  };
  useEffect(() => {
    Promise.all([readClinic(), listStaff()]).then(
      ([clinic, staff]) => {
        choices.value = { clinic, providers: staff.filter(({ role }) => role === "provider") };
      },
      (error: unknown) => {
        refused.value = sentenceOf(error);
      },
    );
  }, []);
  return (
    <Dialog title={words.newVisit.title} onClose={close}>
      {refused.value && <p role="alert">{refused.value}</p>}
      {choices.value ? <Form choices={choices.value} own={me.user.id} onClose={close} /> : <div class="bone bone-form" />}
    </Dialog>
  );
}

function Form({ choices: { clinic, providers }, own, onClose }: { choices: Choices; own: string; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>(() => newDraft(clinic, providers, own, clock.now()));
  const [faults, setFaults] = useState<Faults>({});
  const { busy, run } = useRun();
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const create = async (event: Event) => {
    event.preventDefault();
    const found = faultsOf(draft, clinic.zone, clock.now());
    setFaults(found);
    if (Object.keys(found).length) return;
    await run(async () => {
      try {
        const visit = await createVisit(visitOf(draft, clinic));
        onClose();
        toast(words.newVisit.created(visit.patient.name));
        openVisit(visit.id);
      } catch (error) {
        if (!(error instanceof Refused) || !Object.keys(error.fields).length) throw error;
        setFaults(error.fields);
      }
    });
  };
  return (
    <form class="form" onSubmit={create} noValidate>
      <Field
        label={words.newVisit.patient}
        wrong={faults.patient}
        value={draft.patient}
        autocomplete="off"
        autofocus
        onInput={(event) => set({ patient: event.currentTarget.value })}
      />
      <Select
        label={words.newVisit.option}
        value={draft.option}
        options={clinic.options.map(({ name }) => ({ value: name, label: name }))}
        onPick={(option) => set({ option })}
      />
      <Select
        label={words.newVisit.provider}
        wrong={faults.provider}
        value={draft.provider}
        options={providers.map(({ id, name }) => ({ value: id, label: name }))}
        onPick={(provider) => set({ provider })}
      />
      <Select
        label={words.newVisit.room}
        value={draft.room}
        options={clinic.rooms.map((room) => ({ value: room, label: room }))}
        onPick={(room) => set({ room })}
      />
      <Start draft={draft} zone={clinic.zone} wrong={faults.start} set={set} />
      <div class="form-acts">
        <Button onClick={onClose}>{shared.cancel}</Button>
        <Button type="submit" kind="primary" busy={busy}>
          {words.newVisit.act}
        </Button>
      </div>
    </form>
  );
}

interface StartProps {
  draft: Draft;
  zone: string;
  wrong: string | undefined;
  set: (part: Partial<Draft>) => void;
}

function Start({ draft, zone, wrong, set }: StartProps) {
  return (
    <fieldset class="field">
      <legend class="field-label">{words.newVisit.start}</legend>
      <div class="choices-row">
        <Choice name="start" label={words.newVisit.now} checked={draft.isNow} onPick={() => set({ isNow: true })} />
        <Choice name="start" label={words.newVisit.later} checked={!draft.isNow} onPick={() => set({ isNow: false })} />
      </div>
      {!draft.isNow && (
        <div class="form-pair">
          <Field label={words.newVisit.day} type="date" value={draft.day} onInput={(event) => set({ day: event.currentTarget.value })} />
          <Field
            label={words.newVisit.time(zoneName(clock.now(), zone))}
            type="time"
            value={draft.time}
            wrong={wrong}
            onInput={(event) => set({ time: event.currentTarget.value })}
          />
        </div>
      )}
    </fieldset>
  );
}

function Choice({ name, label, checked, onPick }: { name: string; label: string; checked: boolean; onPick: () => void }) {
  return (
    <label class="choice">
      <input type="radio" name={name} checked={checked} onChange={onPick} />
      {label}
    </label>
  );
}
