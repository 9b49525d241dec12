import { useEffect, useState } from "preact/hooks";
import { Toasts, words } from "../ui/index.ts";
import type { Attendance } from "../visit/attendance.ts";
import type { Devices } from "../visit/devices.ts";
import { type CallWindow, loadCall } from "./callWindow.ts";
import { Doorstep, LookAgain } from "./Doorstep.tsx";
import { lookAt, seen } from "../visit/look.ts";
import { followVisit } from "../visit/speech.ts";
import { Notice, RefusedNotice } from "./Notice.tsx";
import type { Door } from "../wire/messages.ts";
import { Opening, Shell } from "./Shell.tsx";
import { Waiting } from "./Waiting.tsx";

interface Props {
  attendance: Attendance;
  devices: Devices;
}

/** Draws where somebody stands, from the doorstep to the end. */
export function App({ attendance, devices }: Props) {
  return (
    <>
      <View attendance={attendance} devices={devices} />
      <Toasts />
    </>
  );
}

function View({ attendance, devices }: Props) {
  const { entry } = attendance;
  const phase = attendance.phase.value;
  const look = seen.value;
  const looked = look.at === "seen" ? look.door : undefined;
  const door: Door | undefined = attendance.door ? { ...looked, ...UNSAID, ...attendance.door } : looked;
  const patient = entry.by === "link" && entry.patient;
  useLanguage(door);
  const own = { attendance, devices, door, patient };

  useEffect(() => {
    if (phase.at === "refused" || phase.at === "gone") devices.stop();
  }, [phase.at]);

  switch (phase.at) {
    case "seated":
      return attendance.state.value?.standing === "in" ? <Call {...own} /> : <Waiting {...own} />;
    case "early":
      return <Waiting {...own} />;
    case "refused":
      if (phase.refusal.code === "bad_name") return <Doorstep {...own} />;
      return <RefusedNotice attendance={attendance} refusal={phase.refusal} door={door} />;
    case "gone":
      return <Notice attendance={attendance} code={phase.code} message={phase.message} door={door} />;
    case "joining":
      return entry.by === "staff" || phase.back ? <Opening /> : <Doorstep {...own} />;
    case "doorstep":
      if (entry.by === "staff" || look.at === "looking") return <Opening />;
      if (look.at === "refused") return <Unseen token={entry.token} />;
      return <Doorstep {...own} />;
  }
}

/** What the wire leaves out is false. */
const UNSAID = { may_invite: false, may_cancel: false, late: false };

/** Speak the visit's language also where nobody looked at the link before. */
function useLanguage(door: Door | undefined): void {
  const language = door?.language;
  useEffect(() => void followVisit(language), [language]);
}

/** The link was refused before joining. */
function Unseen({ token }: { token: string }) {
  const look = seen.value;
  if (look.at !== "refused") return null;
  const { refusal } = look;
  const passing = refusal.code === "unreachable" || refusal.code === "try_later" || refusal.code === "busy";
  return passing ? <LookAgain error={refusal} onAgain={() => void lookAt(token)} /> : <RefusedNotice refusal={refusal} />;
}

function Call(props: Props) {
  const [Window, setWindow] = useState<{ readonly is: CallWindow }>();
  const [failed, setFailed] = useState(false);
  const load = () => {
    setFailed(false);
    loadCall().then(
      (is) => setWindow({ is }),
      () => setFailed(true),
    );
  };
  useEffect(load, []);
  if (failed) return <LookAgain error={undefined} onAgain={load} />;
  return Window ? <Window.is {...props} /> : <Opening />;
}

/** An address without a link in it. */
export function NoLink() {
  return (
    <Shell title={words.guest.unknownTitle}>
      <p>{words.guest.noLink}</p>
    </Shell>
  );
}
