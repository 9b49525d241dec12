/** Every word of the operations page. */

import operations from "../../../../../languages/en/web/operations.json" with { type: "json" };
import type { OperationsWords } from "../../ui/catalogue.ts";
import { reading } from "../../ui/language.ts";

export const words = reading<OperationsWords>(operations, { es: async () => (await import("./es.ts")).operations });
