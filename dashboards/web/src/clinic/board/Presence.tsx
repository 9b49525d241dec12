import { now } from "../now.ts";
import type { Status, VisitInfo } from "../../wire/index.ts";
import { words } from "../words.ts";
import { type Person, tallyOf } from "./people.ts";
import { presenceSince, presenceText, ticks, type Tone, toneOf } from "./presence.ts";

/** The mark of a presence: its form differs with its meaning, so that nobody needs the colour. The words stand beside it. */
export function Mark({ tone }: { tone: Tone }) {
  return <span class={`mark mark-${tone}`} aria-hidden="true" />;
}

/** A person's presence in a row: mark and words, drawn anew by itself while they count. */
export function Presence({ person, status }: { person: Person; status: Status }) {
  const text = presenceText(person, ticks(person) ? now.value : now.peek(), status);
  if (!text) return null;
  return (
    <span class="presence">
      <Mark tone={toneOf(person.seat)} />
      <span class="presence-words">{text}</span>
    </span>
  );
}

/** How many people stand how: "1 waiting 2 in". */
export function Tally({ people }: { people: readonly Person[] }) {
  return (
    <span class="tally">
      {tallyOf(people).map(({ tone, count }) => (
        <span key={tone} class="presence">
          <Mark tone={tone} />
          <span class="presence-words">{words.presence.count[tone](count)}</span>
        </span>
      ))}
    </span>
  );
}

/** The same with since when, and by what they are connected, for Visit Details. */
export function PresenceSince({ person, visit, how }: { person: Person; visit: VisitInfo; how: string }) {
  const text = presenceSince(person, now.value, visit);
  if (!text) return null;
  const tone = toneOf(person.seat);
  return (
    <span class="person-presence">
      <Mark tone={tone} />
      <span class={`presence-words tone-text-${tone}`}>{text}</span>
      {how && <span class="person-how">{how}</span>}
    </span>
  );
}
