/**
 * The order of the waiting room's lines, and how it keeps still under the pointer.
 *
 * Lines are a flat list, a heading for each room and then its visits, so that a long day can be drawn in parts.
 */

/** Where a visit belongs. `start` is in milliseconds since 1970; `done` ones stand below the others of their room. */
export interface Place {
  readonly visit: string;
  readonly room: string;
  readonly start: number;
  readonly done: boolean;
}

export type Line =
  | { readonly kind: "room"; readonly key: string; readonly room: string; readonly visits: number }
  | { readonly kind: "visit"; readonly key: string; readonly visit: string };

/** The lines of a day: rooms by name, in each the visits by their start, and those that are over last. */
export function arrange(places: Iterable<Place>): Line[] {
  const rooms = new Map<string, Place[]>();
  for (const place of places) {
    const room = rooms.get(place.room);
    if (room) room.push(place);
    else rooms.set(place.room, [place]);
  }
  const names = [...rooms.keys()].sort((a, b) => a.localeCompare(b));
  return names.flatMap((room) => linesOfRoom(room, rooms.get(room) ?? []));
}

function linesOfRoom(room: string, places: Place[]): Line[] {
  places.sort((a, b) => Number(a.done) - Number(b.done) || a.start - b.start || (a.visit < b.visit ? -1 : 1));
  return [
    { kind: "room", key: `room:${room}`, room, visits: places.length },
    ...places.map((place): Line => ({ kind: "visit", key: place.visit, visit: place.visit })),
  ];
}

/** What to show while the pointer rests on a row, and how many new visits wait above it until the pointer goes. */
export interface Held {
  readonly lines: readonly Line[];
  readonly above: number;
}

/**
 * Keep every line down to the one under the pointer as it is shown; below it, follow what is wanted.
 *
 * So nothing that somebody is about to press moves away: a visit that is gone keeps its line, and one that is new and belongs
 * further up is only counted. `under` is the key of the line under the pointer, null when there is none.
 */
export function hold(shown: readonly Line[], wanted: readonly Line[], under: string | null): Held {
  const last = under === null ? -1 : shown.findIndex((line) => line.key === under);
  if (last < 0) return { lines: wanted, above: 0 };
  const still = shown.slice(0, last + 1);
  const kept = new Set(still.map((line) => line.key));
  const known = new Set(shown.map((line) => line.key));
  const from = afterLast(still, wanted);
  const rest = wanted.filter((line) => !kept.has(line.key));
  const later = new Set(wanted.slice(from).map((line) => line.key));
  const below = rest.filter((line) => known.has(line.key) || later.has(line.key));
  return { lines: [...still, ...below], above: rest.filter(isVisit).length - below.filter(isVisit).length };
}

/** Where in `wanted` the lines begin that follow the lowest still line which is wanted too. */
function afterLast(still: readonly Line[], wanted: readonly Line[]): number {
  const places = new Map(wanted.map((line, index) => [line.key, index]));
  for (const line of still.toReversed()) {
    const index = places.get(line.key);
    if (index !== undefined) return index + 1;
  }
  return 0;
}

/** Whether two lists of lines look the same, so that nothing needs to be drawn anew. */
export function areSame(some: readonly Line[], others: readonly Line[]): boolean {
  return some.length === others.length && some.every((line, index) => isSame(line, others[index]));
}

/** Whether two lines look the same. */
export function isSame(line: Line, other: Line | undefined): boolean {
  return line.key === other?.key && (line.kind !== "room" || other.kind !== "room" || line.visits === other.visits);
}

function isVisit(line: Line): boolean {
  return line.kind === "visit";
}
