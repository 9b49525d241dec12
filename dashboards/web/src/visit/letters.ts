/** Invitations and their letters in words: how one stands, what became of a letter, and why (B1). Read by providers and the clinic. */

import english from "../../../../languages/en/web/inviting.json" with { type: "json" };
import type { InvitingWords } from "../ui/catalogue.ts";
import { reading } from "../ui/language.ts";
import type { LetterInfo } from "../wire/messages.ts";

export const words = reading<InvitingWords>(english, {
  es: async () => (await import("../../../../languages/es/web/inviting.json", { with: { type: "json" } })).default,
});

/** The words of a state; one that the server names and this page does not know yet is shown as it is. */
export function stateText(state: string): string {
  return known(words.invite.state)[state] ?? state;
}

/** Why a message was not sent, or is tried again. */
export function reasonText(code: string): string {
  return code ? (known(words.reasons)[code] ?? words.life.someReason) : "";
}

/** "Reminder by e-mail: sent" */
export function letterText({ via, kind, progress, attempt = 0, reason = "" }: LetterInfo): string {
  const what = words.life.letter[kind]?.[via] ?? words.life.letter.invitation[via];
  return words.life.step(what, progressText(progress, attempt, reason));
}

function progressText(progress: LetterInfo["progress"], attempt: number, reason: string): string {
  if (progress === "sending") return attempt > 1 ? words.life.sendingAgain(attempt) : words.life.sending;
  if (progress === "sent") return words.life.sent;
  if (progress === "failed") return reason === "unknown" ? words.life.doubtful : words.life.failed;
  return attempt ? words.life.again(attempt) : words.life.queued;
}

/** Sentences by the server's names, of which this page may not know all. */
function known(sentences: Readonly<Record<string, string>>): Readonly<Record<string, string | undefined>> {
  return sentences;
}
