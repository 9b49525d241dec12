/** What every page says in Spanish; fetched by those who read it. */
import englishFaults from "../../../../languages/en/faults.json" with { type: "json" };
import englishRefusals from "../../../../languages/en/refusals.json" with { type: "json" };
import faults from "../../../../languages/es/faults.json" with { type: "json" };
import goodbyes from "../../../../languages/es/goodbyes.json" with { type: "json" };
import refusals from "../../../../languages/es/refusals.json" with { type: "json" };
import visit from "../../../../languages/es/web/visit.json" with { type: "json" };

/** Spanish sentences by the server's English ones, which come without a code. */
const sentences = { ...byEnglish(englishRefusals, refusals), ...byEnglish(englishFaults, faults) };

function byEnglish<Key extends string>(english: Readonly<Record<Key, string>>, own: Readonly<Record<Key, string>>): Record<string, string> {
  return Object.fromEntries((Object.keys(english) as Key[]).map((key) => [english[key], own[key]]));
}

export { goodbyes, refusals, sentences, visit };
