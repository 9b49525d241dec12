import { Phone } from "lucide-preact";
import { Icon } from "../../ui/index.ts";
import { timeOf } from "../../ui/time.ts";
import type { Visit } from "../clinic.ts";
import type { BlockState } from "./block.ts";
import { words } from "./words.ts";

interface Props {
  visit: Visit;
  state: BlockState;
  /** When it starts, or would while it is dragged. */
  start: number;
  short: boolean;
}

/** A visit on the calendar: time, patient, provider, and how it stands. */
export function Block({ visit, state, start, short }: Props) {
  const providers = visit.providers.map(({ name }) => name);
  const told = [timeOf(start, visit.zone), visit.patient.name, providers.length ? words.schedule.with(providers) : "", state.word];
  return (
    <div class={short ? "block-in block-short" : "block-in"} title={told.filter(Boolean).join(", ")}>
      <span class="block-line">
        <span class="figures block-time">{timeOf(start, visit.zone)}</span> <span class="block-patient">{visit.patient.name}</span>
        {visit.type === "phone" && <Icon of={Phone} size={16} label={words.schedule.phone} />}
      </span>
      <span class="block-line">
        <span class="block-state">{state.word}</span> <span class="block-provider">{providers.join(", ")}</span>
      </span>
    </div>
  );
}
