/** What the operations page says in Spanish. */
import operations from "../../../../../languages/es/web/operations.json" with { type: "json" };

export { operations };
