import { Circle, CircleCheck, CircleDashed, CircleDot, CircleX, Clock, type LucideIcon } from "lucide-preact";
import { Icon } from "../../ui/index.ts";
import type { Status } from "../../wire/index.ts";
import type { StateText } from "./state.ts";

const QUIET: Record<Status, LucideIcon> = {
  scheduled: CircleDashed,
  open: Circle,
  in_progress: CircleDot,
  lapsed: Clock,
  completed: CircleCheck,
  cancelled: CircleX,
  ended: CircleCheck,
};

/** A visit's state: an icon and a word, in the colour of its urgency. */
export function StateMark({ status, state: { tone, word } }: { status: Status; state: StateText }) {
  return (
    <span class={`state state-${tone}`}>
      <Icon of={tone === "late" ? Clock : QUIET[status]} size={16} />
      {word}
    </span>
  );
}
