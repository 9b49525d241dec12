/**
 * Days and times of day in the clinic's zone (D9). Days are texts, `YYYY-MM-DD`; instants are milliseconds since 1970 (UTC).
 */
const DAY_MS = 86_400_000;

const zoned = new Map<string, Intl.DateTimeFormat>();

/** The formatter that reads an instant's wall clock in a zone; made once a zone, since making one is slow. */
function wallClock(zone: string): Intl.DateTimeFormat {
  const known = zoned.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  zoned.set(zone, made);
  return made;
}

/** The wall clock of an instant in a zone, as if it were UTC: what remains is arithmetic. */
function asIfUtc(instant: number, zone: string): number {
  const parts = Object.fromEntries(wallClock(zone).formatToParts(instant).map((part) => [part.type, Number(part.value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The day of an instant in the clinic's zone. */
export function dayOf(instant: number, zone: string): string {
  return new Date(asIfUtc(instant, zone)).toISOString().slice(0, 10);
}

/** The time of day, `HH:MM` of 24 hours, as a time field wants it. */
export function timeOf(instant: number, zone: string): string {
  return new Date(asIfUtc(instant, zone)).toISOString().slice(11, 16);
}

/** The day so many days later, or earlier when negative. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Whether this is a day that exists, written as we write days. */
export function isDay(text: string): boolean {
  const instant = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text);
}

/**
 * The instants at which the zone's clocks show this day and time, the earlier one first.
 *
 * One, as a rule; two where clocks are set back, none where they are set forward: whoever asks must say so to the person.
 */
export function instantsOf(day: string, time: string, zone: string): number[] {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(wanted)) return [];
  const offsets = [wanted - DAY_MS, wanted + DAY_MS].map((around) => asIfUtc(around, zone) - around);
  const fitting = offsets.map((offset) => wanted - offset).filter((instant) => asIfUtc(instant, zone) === wanted);
  return [...new Set(fitting)].sort((one, other) => one - other);
}

/** The first of them; null when there is none. */
export function instantOf(day: string, time: string, zone: string): number | null {
  return instantsOf(day, time, zone)[0] ?? null;
}

/** The Monday or Sunday, whichever weeks begin with (0 is Sunday), of the week that a day is in. */
export function weekOf(day: string, first: number): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, -((weekday - first + 7) % 7));
}
