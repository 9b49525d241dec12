/** Times as the schedule writes them. Pure; instants are milliseconds since 1970 (UTC). */
import { locale } from "../../ui/language.ts";
import { clockTime, dayOf, timeOf, zoneName } from "../../ui/time.ts";

const known = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = [locale(), zone, ...Object.keys(parts)].join(" ");
  const made = known.get(key) ?? new Intl.DateTimeFormat(locale(), { timeZone: zone, ...parts });
  known.set(key, made);
  return made;
}

const DAY = { weekday: "short", month: "short", day: "2-digit", year: "numeric" } as const;
const TIME = { hour: "2-digit", minute: "2-digit" } as const;

/** "Fri, Apr 08, 2022 06:47 PM (PDT)", as a visit is confirmed (R6). */
export function wholeTime(at: number, zone: string): string {
  const time = formatter(zone, TIME).format(at).replace(/[\u202f\u00a0]/g, " ");
  return `${formatter(zone, DAY).format(at)} ${time} (${zoneName(at, zone)})`;
}

/** "2:30 PM – 2:45 PM (PDT)" */
export function span(start: number, end: number, zone: string): string {
  return `${timeOf(start, zone)} – ${clockTime(end, zone)}`;
}

/** "Friday, April 8, 2:30 PM – 2:45 PM (PDT)" */
export function daySpan(start: number, end: number, zone: string): string {
  return `${dayOf(start, zone)}, ${span(start, end, zone)}`;
}
