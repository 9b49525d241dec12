/** The sentence of a refusal: the server's own, or ours when the server could not be asked. */

import { words } from "../ui/words.ts";
import { Refused, UNREACHABLE } from "../wire/refusal.ts";

export function said(error: unknown): string {
  if (!(error instanceof Refused)) return words.tryLater;
  if (error.code === UNREACHABLE) return words.unreachable;
  return error.message || words.tryLater;
}
