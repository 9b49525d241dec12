import type { Row } from "../../wire/index.ts";
import { about, now } from "../now.ts";
import { words } from "../words.ts";
import { type Person, tallyOf } from "./people.ts";
import { presenceSince, presenceText, ticks, toneIn, type Tone } from "./presence.ts";

/** The mark of a presence: its form differs with its meaning, so that nobody needs the colour. The words stand beside it. */
export function Mark({ tone }: { tone: Tone }) {
  return <span class={`mark mark-${tone}`} aria-hidden="true" />;
}

/** A person's presence in a row: mark and words, drawn anew by itself while they count. */
export function Presence({ row, person }: { row: Row; person: Person }) {
  const time = ticks(person) ? now.value : person.seat ? now.peek() : about.value;
  const text = presenceText(row, person, time);
  if (!text) return null;
  return (
    <span class="presence">
      <Mark tone={toneIn(row, person, time)} />
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
export function PresenceSince({ row, person, how }: { row: Row; person: Person; how: string }) {
  const text = presenceSince(row, person, now.value);
  if (!text) return null;
  const tone = toneIn(row, person, now.value);
  return (
    <span class="person-presence">
      <Mark tone={tone} />
      <span class={`presence-words tone-text-${tone}`}>{text}</span>
      {how && <span class="person-how">{how}</span>}
    </span>
  );
}
