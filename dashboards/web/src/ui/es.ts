/** What every page says in Spanish; fetched by those who read it. */
import goodbyes from "../../../../languages/es/goodbyes.json" with { type: "json" };
import refusals from "../../../../languages/es/refusals.json" with { type: "json" };
import visit from "../../../../languages/es/web/visit.json" with { type: "json" };

export { goodbyes, refusals, visit };
