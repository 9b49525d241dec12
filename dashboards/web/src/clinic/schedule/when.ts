/** Times as the schedule writes them. Pure; instants are milliseconds since 1970 (UTC). */
import { clockTime, dayOf, timeOf, zoneName } from "../../ui/time.ts";

const known = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  const made =
    known.get(zone) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      weekday: "short",
      month: "short",
      day: "2-digit",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
    });
  known.set(zone, made);
  return made;
}

/** "Fri, Apr 08, 2022 06:47 PM (PDT)", as a visit is confirmed (R6). */
export function wholeTime(at: number, zone: string): string {
  const part = Object.fromEntries(formatter(zone).formatToParts(at).map(({ type, value }) => [type, value]));
  const { weekday, month, day, year, hour, minute, dayPeriod } = part;
  return `${weekday}, ${month} ${day}, ${year} ${hour}:${minute} ${dayPeriod} (${zoneName(at, zone)})`;
}

/** "2:30 PM – 2:45 PM (PDT)" */
export function span(start: number, end: number, zone: string): string {
  return `${timeOf(start, zone)} – ${clockTime(end, zone)}`;
}

/** "Friday, April 8, 2:30 PM – 2:45 PM (PDT)" */
export function daySpan(start: number, end: number, zone: string): string {
  return `${dayOf(start, zone)}, ${span(start, end, zone)}`;
}
