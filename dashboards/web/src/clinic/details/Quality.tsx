import { QualityMark } from "../../call/QualityMark.tsx";
import type { Participant } from "../../wire/index.ts";

const TONES = { good: "ok", poor: "wait", bad: "lost" };

/** How good somebody's connection is, in words with bars (B12); nothing for who has none now, or comes by telephone alone. */
export function Quality({ seat: { standing, link, quality = "" } }: { seat: Participant }) {
  if (!quality || standing !== "in" || link !== "ok") return null;
  return (
    <span class={`quality tone-text-${TONES[quality]}`}>
      <QualityMark quality={quality} worded />
    </span>
  );
}
