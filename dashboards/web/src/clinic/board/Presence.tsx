import { now } from "../now.ts";
import { words } from "../words.ts";
import { type Person, tallyOf } from "./people.ts";
import { presenceSince, presenceText, ticks, type Tone, toneOf } from "./presence.ts";

/** The mark of a presence: its form differs with its meaning, so that nobody needs the colour. The words stand beside it. */
export function Mark({ tone }: { tone: Tone }) {
  return <span class={`mark mark-${tone}`} aria-hidden="true" />;
}

interface Props {
  person: Person;
  /** Whether to say so of somebody who has not come: long before a visit, and after it, nobody is missing. */
  expected: boolean;
}

/** A person's presence in a row: mark and words, drawn anew by itself while they count. */
export function Presence({ person, expected }: Props) {
  const time = ticks(person) ? now.value : now.peek();
  if (!person.seat && !expected) return null;
  return (
    <span class="presence">
      <Mark tone={toneOf(person.seat)} />
      <span class="presence-words">{presenceText(person, time)}</span>
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

/** The same with since when, for Visit Details. */
export function PresenceSince({ person, zone }: { person: Person; zone: string }) {
  return <span class={`presence-words tone-text-${toneOf(person.seat)}`}>{presenceSince(person, now.value, zone)}</span>;
}
