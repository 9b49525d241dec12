/** Every word of the schedule and of the form for a visit; what all of the staff app says is in clinic/words.ts. */

import schedule from "../../../../../languages/en/web/schedule.json" with { type: "json" };
import type { ScheduleWords } from "../../ui/catalogue.ts";
import { reading } from "../../ui/language.ts";

export const words = reading<ScheduleWords>(schedule, { es: async () => (await import("./es.ts")).schedule });
