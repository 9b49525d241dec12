/** What the schedule says in Spanish. */
import schedule from "../../../../../languages/es/web/schedule.json" with { type: "json" };

export { schedule };
