/** Times as people say them, in the clinic's zone and with the zone's name (D9). Pure; times are ms since 1970 (UTC). */

import { locale } from "./language.ts";
import { words } from "./words.ts";

const ZONE_NAMES = "en-US";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const known = new Map<string, Intl.DateTimeFormat>();

/** Formatters are slow to make, and a zone that this browser does not know must not stop a page. */
function formatter(zone: string, options: Intl.DateTimeFormatOptions, language = locale()): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${JSON.stringify(options)}`;
  let format = known.get(key);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
    } catch {
      format = new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
    }
    known.set(key, format);
  }
  return format;
}

/** "6:32 PM" */
export function timeOf(at: number, zone: string): string {
  return tidy(formatter(zone, { hour: "numeric", minute: "2-digit" }).format(at));
}

/** "6:32 PM (PDT)" */
export function clockTime(at: number, zone: string): string {
  return `${timeOf(at, zone)} (${zoneName(at, zone)})`;
}

/** "PDT"; a zone's short name is the same in every language, as our letters write it. */
export function zoneName(at: number, zone: string): string {
  const parts = formatter(zone, { timeZoneName: "short" }, ZONE_NAMES).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** "Friday, April 8" */
export function dayOf(at: number, zone: string): string {
  return formatter(zone, { weekday: "long", month: "long", day: "numeric" }).format(at);
}

/** "Today", "Tomorrow" or "Friday, April 8" */
export function dayWord(at: number, now: number, zone: string): string {
  const day = dayOf(at, zone);
  if (day === dayOf(now, zone)) return words.time.today;
  if (day === dayOf(now + 24 * HOUR, zone)) return words.time.tomorrow;
  return day;
}

/** "Today, 6:32 PM (PDT)" */
export function dayAndTime(at: number, now: number, zone: string): string {
  return `${dayWord(at, now, zone)}, ${clockTime(at, zone)}`;
}

/** How far off a time is, when near: "in 12 minutes", "5 minutes ago", "now"; "" when it is an hour or more away. */
export function near(at: number, now: number): string {
  const minutes = Math.round((at - now) / MINUTE);
  if (Math.abs(at - now) >= HOUR) return "";
  if (minutes === 0) return words.time.now;
  return minutes > 0 ? words.time.inMinutes(minutes) : words.time.minutesAgo(-minutes);
}

/** A length for lists: "6 min", "1 h 5 min"; under a minute "under 1 min". */
export function minutes(ms: number): string {
  const whole = Math.floor(ms / MINUTE);
  if (whole < 1) return words.time.underAMinute;
  const [hours, rest] = [Math.floor(whole / 60), whole % 60];
  if (!hours) return words.time.min(rest);
  return rest ? words.time.hoursAndMin(hours, rest) : words.time.hours(hours);
}

/** A short length: "12 s", from two minutes on as `minutes`. */
export function seconds(ms: number): string {
  return ms < 2 * MINUTE ? words.time.s(Math.max(0, Math.round(ms / 1000))) : minutes(ms);
}

/** How long a visit is: "30 minutes". */
export function length(start: number, end: number): string {
  return lengthOf(Math.round((end - start) / MINUTE));
}

/** "30 minutes" */
export function lengthOf(minutes: number): string {
  return words.time.minutes(minutes);
}

/** How long before a visit's start, in the largest unit that fits whole: "24 hours before", "2 days before". */
export function beforeStart(minutes: number): string {
  const { before } = words.time;
  if (minutes % 1440 === 0 && minutes > 1440) return before.days(minutes / 1440);
  return minutes % 60 === 0 && minutes ? before.hours(minutes / 60) : before.minutes(minutes);
}

/** A PIN as it is read: 3-3-4 (D4). */
export function pinGroups(pin: string): string {
  return `${pin.slice(0, 3)} ${pin.slice(3, 6)} ${pin.slice(6)}`.trim();
}

/** Newer browsers put a narrow or unbreakable space before PM, which not every font has. */
function tidy(text: string): string {
  return text.replace(/[\u202f\u00a0]/g, " ");
}
