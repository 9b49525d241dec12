/**
 * Every word of the guest page, the call and the shared parts. The sentences stand in languages/en/web/visit.json.
 *
 * Second person, present tense, no jargon, no blame; buttons say what happens. Refusals stand in refusals.ts.
 */

import visit from "../../../../languages/en/web/visit.json" with { type: "json" };
import type { VisitWords } from "./catalogue.ts";
import { reading } from "./language.ts";

export const words = reading<VisitWords>(visit, { es: async () => (await import("./es.ts")).visit });
