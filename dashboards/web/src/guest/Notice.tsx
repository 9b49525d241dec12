import { Phone } from "lucide-preact";
import { Button, Icon, words } from "../ui/index.ts";
import type { Attendance } from "../visit/attendance.ts";
import { ByPhone } from "../visit/ByPhone.tsx";
import { dialled } from "../visit/dialled.ts";
import { kept } from "../visit/kept.ts";
import { said, saidUnder } from "../visit/said.ts";
import type { Refused } from "../wire/refusal.ts";
import { telephone } from "../visit/look.ts";
import type { Door } from "../wire/messages.ts";
import { Shell } from "./Shell.tsx";

const g = words.guest;

/** The sentence of each code, by its name among the page's words. */
type Names = Readonly<Record<string, Sentence | undefined>>;
type Sentence = { [name in keyof typeof g]: (typeof g)[name] extends string ? name : never }[keyof typeof g];

const TITLES: Names = {
  link_over: "overTitle",
  link_unknown: "unknownTitle",
  link_revoked: "revokedTitle",
  visit_over: "endedTitle",
  visit_full: "fullTitle",
  already_open: "openTitle",
  denied: "deniedTitle",
  removed: "removedTitle",
  resume_refused: "awayTitle",
  sign_in: "signInTitle",
  completed: "endedTitle",
  ended: "endedTitle",
  cancelled: "cancelledTitle",
  left: "leftTitle",
  moved: "movedTitle",
  signed_out: "signedOutTitle",
  closed: "stuckTitle",
};

const TEXTS: Names = {
  visit_full: "fullText",
  already_open: "openText",
  visit_over: "overText",
  completed: "endedText",
  ended: "endedText",
  left: "leftText",
  moved: "movedText",
  closed: "stuck",
};

interface Props {
  attendance?: Attendance;
  code: string;
  message: string;
  door?: Door | undefined;
  /** A telephone number that came with the refusal: the dial-in number when the visit is full, else the clinic's. */
  number?: string;
}

/** It ended, or it cannot be: what that means and what to do. */
export function Notice({ attendance, code, message, door, number = "" }: Props) {
  const title = g[TITLES[code] ?? "troubleTitle"];
  const staff = attendance?.entry.by === "staff";
  const text = staff && code === "completed" ? g.endedStaff : textOf(code) ?? saidUnder(title, message);
  return (
    <Shell door={door} title={title} replaced>
      {text && <p>{text}</p>}
      {attendance && <Act attendance={attendance} code={code} />}
      {staff && !SIGNED_OUT.has(code) && (
        <a class="button button-quiet button-large button-wide" href="/">
          {g.waitingRoom}
        </a>
      )}
      {code === "visit_full" ? <FullByPhone number={number} /> : <CallClinic code={code} phone={door?.clinic_phone || number} />}
    </Shell>
  );
}

function textOf(code: string): string | undefined {
  const name = TEXTS[code];
  return name && g[name];
}

const SIGNED_OUT = new Set(["sign_in", "signed_out"]);

/** The one button that helps, if one does. */
function Act({ attendance, code }: { attendance: Attendance; code: string }) {
  const again = (label: string, act: () => void) => (
    <Button kind="primary" size="large" wide onClick={act}>
      {label}
    </Button>
  );
  const { name = "" } = kept.get();
  switch (code) {
    case "already_open":
      return again(g.moveHere, () => attendance.join(name, true));
    case "moved":
      return again(g.bringBack, () => attendance.bringBack());
    case "left":
      return again(g.rejoin, () => attendance.join(name));
    case "sign_in":
    case "signed_out":
      return (
        <a class="button button-primary button-large button-wide" href={signInAndBack()}>
          {g.signIn}
        </a>
      );
    case "closed":
      return again(g.reload, () => location.reload());
    default:
      return KNOWN_ENDS.has(code) ? null : again(words.tryAgain, () => attendance.resume() || attendance.join(name));
  }
}

/** The staff's page asks them to sign in and then leads back here. */
function signInAndBack(): string {
  return `/?next=${encodeURIComponent(location.pathname + location.search)}`;
}

/** After these, trying again would bring the same answer. */
const KNOWN_ENDS = new Set([
  ...["link_over", "link_unknown", "link_revoked", "visit_over", "denied", "removed", "not_allowed", "no_such_visit"],
  ...["completed", "ended", "cancelled", "origin_refused", "visit_full"],
]);

const ENDED_WELL = new Set(["completed", "ended", "visit_over", "left", "moved", "already_open", "sign_in", "signed_out"]);

function CallClinic({ code, phone }: { code: string; phone: string }) {
  if (!phone || ENDED_WELL.has(code)) return null;
  return (
    <a class="button button-quiet button-large button-wide" href={dialled(phone)}>
      <Icon of={Phone} />
      <span>
        {g.callClinic} <span class="whole">{phone}</span>
      </span>
    </a>
  );
}

function FullByPhone({ number }: { number: string }) {
  const phone = telephone() ?? (number ? { number, pin: "" } : undefined);
  return phone ? <ByPhone {...phone} /> : null;
}

export function RefusedNotice({ attendance, refusal, door }: { attendance?: Attendance; refusal: Refused; door?: Door | undefined }) {
  return <Notice {...(attendance ? { attendance } : {})} code={refusal.code} message={said(refusal, door?.zone)} door={door} number={refusal.number} />;
}
