import { useState } from "preact/hooks";
import { type ContactKind, faultsOf as contactFaults, isSeparated } from "../../../ui/contacts.ts";
import { Chips } from "../../../ui/index.ts";
import { words } from "../words.ts";
import { type Draft, type Faults, type GuestNote, guestsOf, MOST_GUESTS, NO_NOTE } from "./draft.ts";

interface Props {
  draft: Draft;
  faults: Faults;
  set: (part: Partial<Draft>) => void;
}

/** Who else is invited: addresses and numbers, and if one likes who each of them is (R5). */
export function Guests({ draft, faults, set }: Props) {
  const { guestEmails: emails, guestPhones: phones } = draft;
  const [typing, watch] = useTyping();
  return (
    <fieldset class="form-part">
      <legend class="form-title">{words.form.guestsTitle}</legend>
      <p class="field-hint">{words.form.guestsWhy}</p>
      <div {...watch("email")}>
        <Chips
          label={words.form.guestEmails}
          kind="email"
          values={emails}
          most={MOST_GUESTS - phones.length}
          faults={saidOf("email", draft, faults)}
          onChange={(guestEmails) => set({ guestEmails })}
        />
      </div>
      <div {...watch("phone")}>
        <Chips
          label={words.form.guestPhones}
          kind="phone"
          values={phones}
          most={MOST_GUESTS - emails.length}
          error={faults["guests"]}
          faults={saidOf("phone", draft, faults)}
          onChange={(guestPhones) => set({ guestPhones })}
        />
      </div>
      <Notes draft={draft} faults={faults} set={set} typed={typing && (typing === "email" ? emails : phones).at(-1)} />
    </fieldset>
  );
}

/** In which field somebody is in the middle of a contact, "" for none; and what its frame has to listen to. */
function useTyping() {
  const [typing, setTyping] = useState<ContactKind | "">("");
  const watch = (kind: ContactKind) => ({
    onInput: (event: Event) => setTyping(event.target instanceof HTMLInputElement && isMiddle(event.target.value) ? kind : ""),
    onKeyDown: (event: KeyboardEvent) => event.key === "Enter" && setTyping(""),
    onFocusOut: () => setTyping(""),
  });
  return [typing, watch] as const;
}

function isMiddle(text: string): boolean {
  return text.trim() !== "" && !isSeparated(text);
}

/** What is said of single contacts, by the contact. */
function saidOf(kind: ContactKind, draft: Draft, faults: Faults): Record<string, string> {
  const said = guestsOf(draft).flatMap((guest, at): [string, string][] => {
    const fault = faults[`guests.${at}.${kind}`] ?? faults[`guests.${at}`];
    const contact = guest[kind];
    return contact && fault ? [[contact, fault]] : [];
  });
  return Object.fromEntries(said);
}

/** A line for each contact that can be one, but not for the one that is still being typed: who it is, and whether they interpret. */
function Notes({ draft, faults, set, typed }: Props & { typed: string | undefined }) {
  const wrong = { ...contactFaults("email", draft.guestEmails), ...contactFaults("phone", draft.guestPhones) };
  const contacts = [...draft.guestEmails, ...draft.guestPhones];
  const note = (contact: string, part: Partial<GuestNote>) =>
    set({ notes: { ...draft.notes, [contact]: { ...(draft.notes[contact] ?? NO_NOTE), ...part } } });
  const isShown = (contact: string) => !(contact in wrong) && contact !== typed;
  if (!contacts.some(isShown)) return null;
  return (
    <div class="notes">
      <p class="field-label" aria-hidden="true">
        {words.form.guestNotes}
      </p>
      {contacts.map((contact, at) => {
        if (!isShown(contact)) return null;
        const { label, interpreter } = draft.notes[contact] ?? NO_NOTE;
        const fault = faults[`guests.${at}.label`];
        return (
          <div key={contact} class="note">
            <span class="note-contact" title={contact}>
              {contact}
            </span>
            <input
              class="input"
              aria-label={words.form.guestLabel(contact)}
              aria-invalid={fault ? "true" : undefined}
              placeholder={words.form.guestLabelShort}
              maxLength={64}
              autocomplete="off"
              value={label}
              onInput={(event) => note(contact, { label: event.currentTarget.value })}
            />
            <label class="choice">
              <input
                type="checkbox"
                aria-label={words.form.interpreterOf(contact)}
                checked={interpreter}
                onChange={(event) => note(contact, { interpreter: event.currentTarget.checked })}
              />
              {words.form.interpreter}
            </label>
            {fault && <p class="field-wrong note-wrong">{fault}</p>}
          </div>
        );
      })}
    </div>
  );
}
