import type { VisitInfo } from "../../wire/index.ts";

/** Whether there is somebody to invite into this visit, as far as the clinic's settings (R1) and the visit's time go. */
export function mayInvite({ may_invite: may = false, status }: VisitInfo): boolean {
  return may && (status === "scheduled" || status === "open" || status === "in_progress");
}
