/** What a person reads when something was refused: its sentence, or ours when the server could not be asked. */
import { refusalText } from "../ui/refusals.ts";
import { words as shared } from "../ui/words.ts";
import { NO_ANSWER, Refused, UNREACHABLE } from "../wire/index.ts";
import { words } from "./words.ts";

export function sentenceOf(error: unknown): string {
  if (!(error instanceof Refused)) throw error;
  if (error.code === UNREACHABLE) return shared.unreachable;
  if (error.code === NO_ANSWER) return shared.tryLater;
  return refusalText(error) || words.act.failed;
}
