import { Ban, CircleAlert, CircleDashed, CircleDot, Clock, LogOut, Mail, MailOpen, MessageSquare, Send } from "lucide-preact";
import { TimerOff, UserX, WifiOff, type LucideIcon } from "lucide-preact";
import { Icon } from "../../ui/index.ts";
import { timeOf } from "../../ui/time.ts";
import { stateText } from "../../visit/letters.ts";
import type { InvitationInfo, Row } from "../../wire/index.ts";
import { now } from "../now.ts";
import { lifeOf, type Step, standingOf, toneOf } from "./life.ts";

const ICONS: Readonly<Record<string, LucideIcon>> = {
  made: CircleDashed,
  queued: Clock,
  sent: Send,
  failed: CircleAlert,
  opened: MailOpen,
  early: Clock,
  waiting: Clock,
  in: CircleDot,
  lost: WifiOff,
  left: LogOut,
  denied: UserX,
  removed: UserX,
  expired: TimerOff,
  revoked: Ban,
};

const VIAS = { email: Mail, sms: MessageSquare };

/** How an invitation stands now: icon and words, in the colour of its urgency. */
export function Standing({ invitation, row }: { invitation: InvitationInfo; row: Row }) {
  const state = standingOf(invitation, row);
  return (
    <span class={`standing tone-text-${toneOf(state)}`}>
      <Icon of={ICONS[state] ?? CircleDashed} size={16} />
      {stateText(state)}
    </span>
  );
}

/** An invitation's life so far (B1): a line for each step, with its time in the clinic's zone. */
export function Life({ invitation, row }: { invitation: InvitationInfo; row: Row }) {
  const steps = lifeOf(invitation, row, standingOf(invitation, row) === "lost" ? now.value : now.peek());
  return (
    <ol class="timeline">
      {steps.map((step) => (
        <Line key={step.key} step={step} zone={row.visit.zone} />
      ))}
    </ol>
  );
}

function Line({ step, zone }: { step: Step; zone: string }) {
  return (
    <li class={`step step-${step.tone}`}>
      <span class="step-line">
        {step.via && <Icon of={VIAS[step.via]} size={16} />}
        <span class={step.tone === "lost" ? "tone-text-lost" : ""}>{step.text}</span>
        {step.at > 0 && <span class="soft figures">{timeOf(step.at, zone)}</span>}
      </span>
      {step.why && <span class="step-why">{step.why}</span>}
    </li>
  );
}
