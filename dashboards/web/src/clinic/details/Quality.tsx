import { SignalHigh, SignalLow, SignalMedium } from "lucide-preact";
import { Icon } from "../../ui/index.ts";
import type { Participant } from "../../wire/index.ts";
import { words } from "../words.ts";

const ICONS = { good: SignalHigh, poor: SignalMedium, bad: SignalLow };
const TONES = { good: "ok", poor: "wait", bad: "lost" };

/** How good somebody's connection is, in words with bars (B12); nothing for who has none now, or comes by telephone alone. */
export function Quality({ seat: { standing, link, quality = "" } }: { seat: Participant }) {
  if (!quality || standing !== "in" || link !== "ok") return null;
  return (
    <span class={`quality tone-text-${TONES[quality]}`}>
      <Icon of={ICONS[quality]} size={16} />
      {words.quality[quality]}
    </span>
  );
}
