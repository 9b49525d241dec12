import { useState } from "preact/hooks";
import { Ban, RotateCw } from "lucide-preact";
import { AskFirst, Button, toast } from "../../ui/index.ts";
import { words } from "../../visit/letters.ts";
import { type InvitationInfo, inOrder, type Participant, type Row } from "../../wire/index.ts";
import { resend, revoke } from "../clinic.ts";
import { useRun, useStaff } from "../staff.ts";
import { Life, Standing } from "./Life.tsx";
import { InviteOne } from "./InviteOne.tsx";
import { seatsOf, standingOf } from "./life.ts";
import { mayInvite } from "./mayInvite.ts";

/** The invitations that were made for one person each, each with its life (B1), and a form for one to hand over. */
export function Invitations({ row }: { row: Row }) {
  const known = useStaff().live.invitations.value;
  const all = known?.visit === row.visit.visit ? known.all : null;
  return (
    <section class="details-part" aria-labelledby="invitations">
      <h3 id="invitations">{words.invite.title}</h3>
      {all?.length ? (
        <ul class="invitations">
          {all.toReversed().map((invitation) => (
            <Invitation key={invitation.invitation} invitation={invitation} row={row} />
          ))}
        </ul>
      ) : (
        <p class="soft">{all ? words.invite.none : words.invite.loading}</p>
      )}
      {mayInvite(row.visit) && <InviteOne visit={row.visit.visit} />}
    </section>
  );
}

function Invitation({ invitation, row }: { invitation: InvitationInfo; row: Row }) {
  const { label, email = "", phone = "", interpreter = false } = invitation;
  const contacts = [email, phone].filter(Boolean);
  const name = label || contacts.join(", ") || words.invite.unnamed;
  const about = [...(label ? contacts : []), ...(interpreter && label !== words.invite.interpreter ? [words.invite.interpreter] : [])];
  const here = seatsOf(invitation, row).map((seat) => seat.name).filter((one) => one && one !== label);
  return (
    <li class="invitation">
      <div class="invitation-head">
        <p class="invitation-who">
          <span class="strong">{name}</span>
          {about.length > 0 && <span class="soft">{about.join(" · ")}</span>}
          {here.length > 0 && <span class="soft">{words.invite.usedBy(here)}</span>}
        </p>
        <Standing invitation={invitation} row={row} />
      </div>
      <Life invitation={invitation} row={row} />
      <Acts invitation={invitation} row={row} name={name} />
    </li>
  );
}

const OVER: ReadonlySet<string> = new Set(["revoked", "expired"]);
const CAME: ReadonlySet<string> = new Set(["waiting", "in", "lost", "early"]);

function Acts({ invitation, row, name }: { invitation: InvitationInfo; row: Row; name: string }) {
  const [asking, setAsking] = useState(false);
  const { busy, run } = useRun();
  const { visit } = row.visit;
  const standing = standingOf(invitation, row);
  if (OVER.has(standing)) return null;
  const isSendable = Boolean(invitation.email || invitation.phone) && !CAME.has(standing) && mayInvite(row.visit);
  const withdraw = async () => {
    if (!(await run(() => revoke(visit, invitation.invitation)))) return;
    setAsking(false);
    toast(words.invite.revoked);
  };
  return (
    <div class="invitation-acts">
      {isSendable && (
        <Resend
          visit={visit}
          invitation={invitation.invitation}
          name={words.invite.resendName(name)}
          done={words.invite.resent(name)}
        />
      )}
      <Button kind="plain" size="dense" icon={Ban} aria-label={words.invite.revokeName(name)} onClick={() => setAsking(true)}>
        {words.invite.revoke}
      </Button>
      {asking && (
        <AskFirst
          title={words.invite.revokeTitle(name)}
          act={words.invite.revoke}
          busy={busy}
          onAct={withdraw}
          onClose={() => setAsking(false)}
        >
          <p>{warning(inOrder(row.seats).filter((seat) => isInsideBy(seat, invitation)))}</p>
        </AskFirst>
      )}
    </div>
  );
}

/** Send what was sent once more, by every way there is. */
export function Resend({ visit, invitation, name, done }: { visit: string; invitation: string; name: string; done: string }) {
  const { busy, run } = useRun();
  const act = async () => {
    if (await run(() => resend(visit, invitation))) toast(done);
  };
  return (
    <Button kind="plain" size="dense" icon={RotateCw} busy={busy} aria-label={name} onClick={act}>
      {words.invite.resend}
    </Button>
  );
}

function isInsideBy(seat: Participant, { invitation, seats = [] }: InvitationInfo): boolean {
  return seat.standing === "in" && (seat.invitation === invitation || seats.includes(seat.seat));
}

function warning(inside: readonly Participant[]): string {
  return inside.length ? words.invite.revokeInside(inside.map(({ name }) => name), inside.length) : words.invite.revokeText;
}
