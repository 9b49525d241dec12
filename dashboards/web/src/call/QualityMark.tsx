import { SignalHigh, SignalMedium, TriangleAlert } from "lucide-preact";
import { Icon, words } from "../ui/index.ts";
import type { QualityWord } from "../wire/index.ts";

const ICONS = { good: SignalHigh, poor: SignalMedium, bad: TriangleAlert };

interface Props {
  quality: Exclude<QualityWord, "">;
  /** With the word beside the sign. */
  worded?: boolean;
}

/** How good somebody's connection is (B12): a sign, and its word to read or to hear. */
export function QualityMark({ quality, worded }: Props) {
  const word = words.call.quality[quality];
  if (!worded) return <Icon of={ICONS[quality]} size={16} label={word} />;
  return (
    <>
      <Icon of={ICONS[quality]} size={16} />
      {word}
    </>
  );
}
