/** What staff ask of a visit. Each rejects with `Refused`; what it changes comes back by the live board. */
import { toast } from "../../ui/index.ts";
import type { VisitInfo } from "../../wire/index.ts";
import { cancelVisit } from "../clinic.ts";
import type { Live } from "../live.ts";
import { words } from "../words.ts";

/** By how many minutes a visit can be extended (D2). */
export const EXTENSIONS = [5, 15, 30] as const;

export async function extend(live: Live, visit: VisitInfo, minutes: number): Promise<void> {
  await live.ask({ t: "extend", visit: visit.visit, minutes });
  toast(words.act.extended(visit.patient ?? "", minutes));
}

export async function complete(live: Live, visit: VisitInfo): Promise<void> {
  await live.ask({ t: "complete", visit: visit.visit });
  toast(words.act.completed(visit.patient ?? ""));
}

export async function cancel(visit: VisitInfo): Promise<void> {
  await cancelVisit(visit.visit);
  toast(words.cancel.done(visit.patient ?? ""));
}

/** Where a provider's call window for this visit is. */
export function callAddress(visit: string): string {
  return `/call?visit=${encodeURIComponent(visit)}`;
}
