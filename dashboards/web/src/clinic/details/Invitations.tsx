import { useState } from "preact/hooks";
import { AskFirst, Button, toast } from "../../ui/index.ts";
import { timeOf } from "../../ui/time.ts";
import { type InvitationInfo, inOrder, type Participant, type Row } from "../../wire/index.ts";
import { revoke } from "../clinic.ts";
import { useRun, useStaff } from "../staff.ts";
import { words } from "../words.ts";
import { stateText, stepsOf } from "./invitation.ts";
import { InviteOne } from "./InviteOne.tsx";
import { mayInvite } from "./mayInvite.ts";

/** The invitations that were made for one person each, with how each stands (B1), and a form for one more. */
export function Invitations({ row }: { row: Row }) {
  const known = useStaff().live.invitations.value;
  const all = known?.visit === row.visit.visit ? known.all : [];
  return (
    <section class="details-part" aria-labelledby="invitations">
      <h3 id="invitations">{words.invite.title}</h3>
      {all.length ? (
        <ul class="invitations">
          {all.map((invitation) => (
            <Invitation key={invitation.invitation} invitation={invitation} row={row} />
          ))}
        </ul>
      ) : (
        <p class="soft">{words.invite.none}</p>
      )}
      {mayInvite(row.visit) && <InviteOne visit={row.visit.visit} />}
    </section>
  );
}

function Invitation({ invitation, row }: { invitation: InvitationInfo; row: Row }) {
  const [asking, setAsking] = useState(false);
  const { busy, run } = useRun();
  const { visit, zone } = row.visit;
  const label = invitation.label || invitation.email || invitation.phone || words.invite.unnamed;
  const withdraw = async () => {
    if (!(await run(() => revoke(visit, invitation.invitation)))) return;
    setAsking(false);
    toast(words.invite.withdrawn);
  };
  const here = (invitation.seats ?? []).flatMap((seat) => row.seats[seat]?.name ?? []);
  const isDead = invitation.state === "revoked" || invitation.state === "expired";
  return (
    <li class="invitation">
      <div class="invitation-head">
        <p class="invitation-who">
          <span class="strong">{label}</span>
          {invitation.label && <span class="soft">{[invitation.email, invitation.phone].filter(Boolean).join(", ")}</span>}
          {here.length > 0 && <span class="soft">{words.invite.usedBy(here)}</span>}
        </p>
        {!isDead && (
          <Button kind="plain" size="dense" aria-label={words.invite.withdrawName(label)} onClick={() => setAsking(true)}>
            {words.invite.withdraw}
          </Button>
        )}
      </div>
      <ol class="timeline">
        {stepsOf(invitation).map(({ state, at }) => (
          <li key={state} class={`step step-${state}`}>
            <span>{stateText(state)}</span>
            {at > 0 && <span class="soft figures">{timeOf(at, zone)}</span>}
          </li>
        ))}
      </ol>
      {asking && (
        <AskFirst
          title={words.invite.withdrawTitle(label)}
          act={words.invite.withdraw}
          busy={busy}
          onAct={withdraw}
          onClose={() => setAsking(false)}
        >
          <p>{withdrawal(inOrder(row.seats).filter((seat) => isInsideBy(seat, invitation)))}</p>
        </AskFirst>
      )}
    </li>
  );
}

function isInsideBy(seat: Participant, { invitation, seats = [] }: InvitationInfo): boolean {
  return seat.standing === "in" && (seat.invitation === invitation || seats.includes(seat.seat));
}

function withdrawal(inside: readonly Participant[]): string {
  return inside.length ? words.invite.withdrawInside(inside.map(({ name }) => name)) : words.invite.withdrawText;
}
