/**
 * What a person reads of a refusal or a goodbye: our own sentence by its code, in the language that is spoken; the server's where
 * there is none. The server speaks English, so in English its own sentence stands as it is.
 */

import type { Refused } from "../wire/refusal.ts";
import { texts } from "./language.ts";
import { clockTime, dayOf } from "./time.ts";

const refusals = texts({}, { es: async () => (await import("./es.ts")).refusals });
const goodbyes = texts({}, { es: async () => (await import("./es.ts")).goodbyes });
const sentences = texts({}, { es: async () => (await import("./es.ts")).sentences });

/** The sentence of a refusal, times in `zone`; "" when neither we nor the server have one. */
export function refusalText(refusal: Refused, zone = Intl.DateTimeFormat().resolvedOptions().timeZone): string {
  const { code, message, at, number, retryAfterMs } = refusal;
  const parts = {
    at: at && `${dayOf(at, zone)}, ${clockTime(at, zone)}`,
    number: numberPart(number),
    seconds: Math.ceil(retryAfterMs / 1000),
  };
  return filled(refusals()[code], parts) ?? sentenceText(message);
}

/** The sentence of a goodbye, by its code. */
export function goodbyeText(code: string, message: string, number = ""): string {
  return filled(goodbyes()[code], { number: numberPart(number) }) ?? message;
}

/** A sentence of the server's that has no code, such as what is wrong with a field of a form. It may name one number. */
export function sentenceText(message: string): string {
  const [number = ""] = /\d+/.exec(message) ?? [];
  const own = sentences()[message] ?? sentences()[message.replace(number, "{number}")];
  return typeof own === "string" ? own.replace("{number}", number) : message;
}

/** Sentences by fields, as a refusal of a form brings them. */
export function fieldTexts(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([field, message]) => [field, sentenceText(message)]));
}

function numberPart(number: string): string {
  return number && `: ${number}`;
}

/** Undefined when there is no sentence, or a part of it is not known; a number may be missing. */
function filled(text: unknown, parts: Readonly<Record<string, string | number>>): string | undefined {
  if (typeof text !== "string") return undefined;
  const names = [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  if (names.some((name) => name !== "number" && !parts[name])) return undefined;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(parts[name]));
}
