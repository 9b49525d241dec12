/** Time zones by the names that people know: a city, and the continent that it is on. */

import english from "../../../../languages/en/cities.json" with { type: "json" };
import { language, texts } from "../ui/language.ts";
import { words } from "./words.ts";

/** Cities whose names are not what their zone's name says, such as "Nueva York" of `America/New_York`. */
const cities = texts(english, { es: async () => (await import("../../../../languages/es/cities.json", { with: { type: "json" } })).default });

export interface ZoneGroup {
  /** "America"; "" for zones that are of no continent. */
  readonly continent: string;
  readonly zones: readonly { readonly zone: string; readonly city: string }[];
}

/** "Los Angeles"; a zone that is no city's stands as it is. */
export function cityOf(zone: string): string {
  const own = cities()[zone];
  if (typeof own === "string") return own;
  const [first = "", ...rest] = zone.split("/");
  return (rest.length ? rest.join(", ") : first).replaceAll("_", " ");
}

/** Continents and oceans as the names of zones begin; one that we have no word for stands as it is. */
export function continentName(continent: string): string {
  const known: Readonly<Record<string, string | undefined>> = words.settings.continents;
  return (known[continent] ?? continent) || words.settings.otherZones;
}

/** All zones that this browser knows and these, by continent, each with its cities in the order of the alphabet. */
export function zoneGroups(...named: readonly string[]): ZoneGroup[] {
  const groups = new Map<string, { zone: string; city: string }[]>();
  for (const zone of [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC", ...named])].sort()) {
    const [first = "", ...rest] = zone.split("/");
    const continent = rest.length ? first : "";
    groups.set(continent, [...(groups.get(continent) ?? []), { zone, city: cityOf(zone) }]);
  }
  const byCity = new Intl.Collator(language.value);
  return [...groups].map(([continent, zones]) => ({ continent, zones: zones.sort((a, b) => byCity.compare(a.city, b.city)) }));
}
