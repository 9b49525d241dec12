/** An invitation's life as a short line of steps (B1). */
import type { InvitationInfo } from "../../wire/index.ts";
import { words } from "../words.ts";

export interface Step {
  readonly state: string;
  /** When, ms since 1970; 0 when it is not known. */
  readonly at: number;
}

/** From when it was made to how it stands now; what lay between is not told. */
export function stepsOf({ state, created_at: created = 0, changed_at: changed = 0 }: InvitationInfo): Step[] {
  const now = state === "made" ? { state: "unused", at: 0 } : { state, at: changed };
  return [{ state: "made", at: created }, now];
}

const STATES: Readonly<Record<string, string>> = words.invite.state;

/** The words of a state; one that the server names and this page does not know yet is shown as it is. */
export function stateText(state: string): string {
  return STATES[state] ?? state;
}
