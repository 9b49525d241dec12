import { useState } from "preact/hooks";
import { AskFirst, Button, time, toast } from "../ui/index.ts";
import { letterText, reasonText, stateText, words } from "../visit/letters.ts";
import type { InvitationInfo, LetterInfo, SeatState } from "../wire/index.ts";
import type { Call } from "./call.ts";
import { calledBy, isDead, useInvited } from "./invited.ts";
import { run } from "./run.ts";

const s = words.invite;

interface Props {
  call: Call;
  state: SeatState;
}

/** The visit's invitations with how each stands (B1), to send again and to withdraw; for providers. */
export function Invitations({ call, state }: Props) {
  const all = useInvited(state.visit);
  return (
    <section class="panel-part invited" aria-labelledby="invited-title">
      <h3 id="invited-title">{s.title}</h3>
      {!all && <p class="soft">{s.loading}</p>}
      {all?.length === 0 && <p class="soft">{s.none}</p>}
      {all && all.length > 0 && (
        <ul class="invited-list">
          {all.map((one) => (
            <Invitation key={one.invitation} call={call} one={one} zone={state.info?.zone ?? "UTC"} />
          ))}
        </ul>
      )}
    </section>
  );
}

const TONES: Readonly<Record<string, string>> = { in: "tone-ok", opened: "tone-ok", waiting: "tone-wait", early: "tone-wait", failed: "tone-lost", lost: "tone-lost" };

function Invitation({ call, one, zone }: { call: Call; one: InvitationInfo; zone: string }) {
  const who = calledBy(one, s.unnamed);
  const address = [one.email, one.phone].filter(Boolean).join(", ");
  const word = stateText(one.state);
  return (
    <li class="invited-one">
      <p class="invited-who">
        <strong>{who}</strong> {address && address !== who && <span class="soft">{address}</span>}
      </p>
      <p class="person-state">
        <span class={`tone-dot ${TONES[one.state] ?? ""}`} /> {one.changed_at ? s.since(word, time.timeOf(one.changed_at, zone)) : word}
      </p>
      {(one.letters ?? []).map((letter, index) => (
        <Letter key={index} letter={letter} />
      ))}
      {!isDead(one) && <Acts call={call} one={one} who={who} sendable={address !== ""} />}
    </li>
  );
}

/** A letter that did not arrive, or not yet, and why; what went well is said by the state. */
function Letter({ letter }: { letter: LetterInfo }) {
  const { progress, attempt = 0, reason = "" } = letter;
  if (progress !== "failed" && !(progress === "queued" && attempt > 0)) return null;
  return (
    <p class="soft">
      {letterText(letter)}. {reasonText(reason)}
    </p>
  );
}

function Acts({ call, one, who, sendable }: { call: Call; one: InvitationInfo; who: string; sendable: boolean }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { connection } = call.attendance;
  const { invitation } = one;
  const resend = async () => {
    setBusy(true);
    if (await run(connection, { t: "resend", invitation })) toast(s.resent(who));
    setBusy(false);
  };
  const revoke = async () => {
    setBusy(true);
    await run(connection, { t: "revoke", invitation });
    setBusy(false);
    setAsking(false);
  };
  return (
    <div class="invited-acts">
      {sendable && (
        <Button busy={busy} aria-label={s.resendName(who)} onClick={() => void resend()}>
          {s.resend}
        </Button>
      )}
      <Button aria-label={s.revokeName(who)} onClick={() => setAsking(true)}>
        {s.revoke}
      </Button>
      {asking && (
        <AskFirst title={s.revokeTitle(who)} act={s.revoke} busy={busy} onAct={() => void revoke()} onClose={() => setAsking(false)}>
          <p>{s.revokeMore}</p>
        </AskFirst>
      )}
    </div>
  );
}
