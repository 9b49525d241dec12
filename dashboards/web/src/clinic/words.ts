/**
 * Every word of the staff app but the schedule's; what the pages share (roles, times, "Close") stands in ui/words.ts.
 * The sentences stand in languages/en/web.
 *
 * Second person, present tense, no jargon, no blame; buttons say what happens.
 */

import clinic from "../../../../languages/en/web/clinic.json" with { type: "json" };
import details from "../../../../languages/en/web/details.json" with { type: "json" };
import settings from "../../../../languages/en/web/settings.json" with { type: "json" };
import type { ClinicWords, DetailsWords, SettingsWords } from "../ui/catalogue.ts";
import { reading } from "../ui/language.ts";

type Words = ClinicWords & DetailsWords & SettingsWords;

export const words = reading<Words>({ ...clinic, ...details, ...settings }, { es: async () => (await import("./es.ts")).app });
