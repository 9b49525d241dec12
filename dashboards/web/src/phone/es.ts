/** What the telephone in the browser says in Spanish; fetched by those who read it. */
import phone from "../../../../languages/es/web/phone.json" with { type: "json" };

export { phone };
