import { useRef, useState } from "preact/hooks";
import type { ComponentType } from "preact";
import { CalendarX, UserPlus } from "lucide-preact";
import { AskFirst, Button, time, toast, useNow, words } from "../ui/index.ts";
import type { Attendance } from "../visit/attendance.ts";
import { ByPhone } from "../visit/ByPhone.tsx";
import { telephone } from "../visit/look.ts";
import { said } from "../visit/said.ts";
import type { Door } from "../wire/messages.ts";
import { randomText } from "../wire/random.ts";
import { call } from "../wire/rest.ts";

const g = words.guest;

interface Props {
  attendance: Attendance;
  door: Door | undefined;
}

/** What only the patient's own page has (R13): their way in by telephone, a guest to invite, the appointment to cancel. */
export function PatientsOwn({ attendance, door }: Props) {
  const phone = telephone();
  const { entry } = attendance;
  if (entry.by !== "link" || !door) return null;
  return (
    <div class="patient-own">
      {phone && (
        <section class="patient-phone" aria-labelledby="patient-phone">
          <h2 id="patient-phone">{g.yourPhone}</h2>
          <ByPhone {...phone} />
        </section>
      )}
      {door.may_invite && <Invite token={entry.token} zone={door.zone} />}
      {door.may_cancel && <Cancel attendance={attendance} token={entry.token} door={door} />}
    </div>
  );
}

type InviteGuest = ComponentType<{ token: string; zone: string; onClose: () => void }>;

/** Comes when it is asked for: most patients invite nobody, and the page stays light. */
const loadInviteGuest = (): Promise<InviteGuest> => import("./InviteGuest.tsx").then(({ InviteGuest }) => InviteGuest);

function Invite({ token, zone }: { token: string; zone: string }) {
  const [Shown, setShown] = useState<{ readonly is: InviteGuest }>();
  const [busy, setBusy] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const open = async () => {
    setBusy(true);
    try {
      setShown({ is: await loadInviteGuest() });
    } catch {
      toast(words.unreachable);
    }
    setBusy(false);
  };
  const close = () => {
    setShown(undefined);
    button.current?.focus();
  };
  return (
    <>
      <Button icon={UserPlus} wide busy={busy} buttonRef={button} onClick={() => void open()}>
        {g.invite}
      </Button>
      {Shown && <Shown.is token={token} zone={zone} onClose={close} />}
    </>
  );
}

/** Asks once, and says what it means for whom. */
function Cancel({ attendance, token, door }: { attendance: Attendance; token: string; door: Door }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const [op] = useState(() => randomText());
  const when = time.dayAndTime(door.start, useNow(), door.zone);
  const cancel = async () => {
    setBusy(true);
    setWrong("");
    try {
      await call("POST", "/links/cancel", { token }, op);
      attendance.calledOff(g.cancelledByYou);
    } catch (error) {
      setWrong(said(error));
      setBusy(false);
    }
  };
  return (
    <>
      <Button kind="plain" icon={CalendarX} wide onClick={() => setAsking(true)}>
        {g.cancel}
      </Button>
      {asking && (
        <AskFirst title={g.cancelTitle} act={g.cancel} keep={g.cancelKeep} busy={busy} onAct={() => void cancel()} onClose={() => setAsking(false)}>
          <p>
            <strong>{door.provider ? g.cancelWhich(when, door.provider) : `${when}.`}</strong>
          </p>
          <p>{g.cancelText}</p>
          {wrong && <p role="alert">{wrong}</p>}
        </AskFirst>
      )}
    </>
  );
}
