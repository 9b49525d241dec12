/** The sentence of a refusal, or ours when the server could not be asked. */

import { refusalText } from "../ui/refusals.ts";
import { words } from "../ui/words.ts";
import { Refused, UNREACHABLE } from "../wire/refusal.ts";

export function said(error: unknown, zone?: string): string {
  if (!(error instanceof Refused)) return words.tryLater;
  if (error.code === UNREACHABLE) return words.unreachable;
  return refusalText(error, zone) || words.tryLater;
}

/** A refusal's first sentence is often the heading already. */
export function saidUnder(title: string, text: string): string {
  return text.startsWith(`${title}.`) ? text.slice(title.length + 1).trim() : text;
}
