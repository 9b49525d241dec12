/** What the staff app says in Spanish. */
import clinic from "../../../../languages/es/web/clinic.json" with { type: "json" };
import details from "../../../../languages/es/web/details.json" with { type: "json" };
import settings from "../../../../languages/es/web/settings.json" with { type: "json" };

export const app = { ...clinic, ...details, ...settings };
