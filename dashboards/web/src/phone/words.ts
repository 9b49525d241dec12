/** The words of the telephone in the browser. The sentences stand in languages/en/web/phone.json. */

import phone from "../../../../languages/en/web/phone.json" with { type: "json" };
import type { PhoneWords } from "../ui/catalogue.ts";
import { reading } from "../ui/language.ts";

export const words = reading<PhoneWords>(phone, { es: async () => (await import("./es.ts")).phone });
