/** What is confirmed, line by line, in the order in which a visit is read (R6). Pure. */
import { ownName } from "../../../ui/language.ts";
import { beforeStart, lengthOf } from "../../../ui/time.ts";
import type { Role } from "../../../wire/index.ts";
import type { Clinic, Provider } from "../../clinic.ts";
import { wholeTime } from "../when.ts";
import { words } from "../words.ts";
import { type Draft, guestsOf, minutesOf, optionText, startOf } from "./draft.ts";

export interface Fact {
  readonly name: string;
  /** None: there is nothing to say. */
  readonly lines: readonly string[];
  /** Whose name it is, for its colour (R12). */
  readonly role?: Role;
}

/** Milliseconds since 1970: what the server made of the time, and its clock. */
interface Times {
  readonly start: number;
  readonly end: number;
  readonly now: number;
}

export function factsOf(draft: Draft, clinic: Clinic, providers: readonly Provider[], times: Times): Fact[] {
  const chosen = draft.providers.flatMap((id) => providers.filter((provider) => provider.id === id));
  return [
    { name: words.confirm.name, lines: lines(draft.name) },
    { name: words.confirm.time, lines: timeLines(draft, clinic, times) },
    { name: words.confirm.type, lines: [words.form.types[draft.type]] },
    { name: words.confirm.room, lines: lines(draft.room) },
    { name: words.confirm.option, lines: [optionLine(draft, clinic)] },
    { name: words.confirm.patient, lines: lines(draft.patient, draft.email, draft.phone), role: "patient" },
    { name: chosen.length > 1 ? words.confirm.providers : words.confirm.provider, lines: chosen.map(({ name }) => name), role: "provider" },
    { name: words.confirm.guests, lines: guestLines(draft) },
    { name: words.confirm.reminders, lines: draft.reminders.map(beforeStart) },
    { name: words.confirm.language, lines: [ownName(draft.language)] },
  ];
}

/** "Now (Fri, Apr 08, 2022 06:47 PM (PDT))"; in another zone than the clinic's, the clinic's time too. */
function timeLines(draft: Draft, clinic: Clinic, { now }: Times): string[] {
  if (draft.isNow) return [words.confirm.now(wholeTime(now, clinic.zone))];
  const start = startOf(draft);
  if (start === null) return [];
  const there = wholeTime(start, draft.zone);
  return draft.zone === clinic.zone ? [there] : [there, words.form.atClinic(wholeTime(start, clinic.zone))];
}

function optionLine(draft: Draft, clinic: Clinic): string {
  const minutes = minutesOf(draft, clinic);
  return draft.option ? optionText(draft.option, minutes) : lengthOf(minutes);
}

function guestLines(draft: Draft): string[] {
  return guestsOf(draft).map(({ email = "", phone = "", label = "", interpreter }) =>
    [email || phone, label, interpreter ? words.form.interpreter : ""].filter(Boolean).join(" · "),
  );
}

function lines(...texts: string[]): string[] {
  return texts.map((text) => text.trim()).filter(Boolean);
}
