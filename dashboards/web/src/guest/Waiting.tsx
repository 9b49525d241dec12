import { useEffect } from "preact/hooks";
import { LogOut } from "lucide-preact";
import { Banner, Button, time, words } from "../ui/index.ts";
import type { Attendance } from "../visit/attendance.ts";
import type { Devices } from "../visit/devices.ts";
import { Preview } from "../visit/Preview.tsx";
import { said, saidUnder } from "../visit/said.ts";
import { TroubleBanner } from "../visit/Trouble.tsx";
import type { Door } from "../wire/messages.ts";
import { loadCall } from "./callWindow.ts";
import { DeviceFold } from "./Doorstep.tsx";
import { PatientsOwn } from "./Patient.tsx";
import { Shell } from "./Shell.tsx";
import { When } from "./When.tsx";

interface Props {
  attendance: Attendance;
  devices: Devices;
  door: Door | undefined;
  patient: boolean;
}

/** Joined and not in yet: early, waiting, or waiting for a late provider. The page goes on by itself. */
export function Waiting({ attendance, devices, door, patient }: Props) {
  const { title, text } = wordsFor(attendance, door);
  const seated = attendance.phase.value.at === "seated";
  useEffect(() => {
    void loadCall().catch(() => undefined);
    void devices.startIfAllowed();
  }, [devices]);
  return (
    <Shell door={door} title={title} replaced>
      <p>{text}</p>
      {attendance.phase.value.at !== "early" && attendance.net.value.at !== "open" && (
        <Banner tone="wait" live>
          <strong>{words.guest.reconnecting}</strong> {words.guest.reconnectingMore}
        </Banner>
      )}
      <Preview devices={devices} />
      <TroubleBanner devices={devices} />
      {door && <When door={door} />}
      <DeviceFold devices={devices} />
      {patient && <PatientsOwn attendance={attendance} door={door} />}
      {seated && (
        <Button kind="plain" icon={LogOut} wide onClick={() => attendance.leave()}>
          {words.call.leave}
        </Button>
      )}
    </Shell>
  );
}

function wordsFor(attendance: Attendance, door: Door | undefined): { title: string; text: string } {
  const g = words.guest;
  const phase = attendance.phase.value;
  if (phase.at === "early") return { title: g.earlyTitle, text: `${saidUnder(g.earlyTitle, said(phase.refusal, door?.zone))} ${g.earlyMore}` };
  if (attendance.state.value?.standing === "held" && door) {
    return { title: g.earlyTitle, text: `${g.early(time.clockTime(door.opens_at, door.zone))} ${g.earlyMore}` };
  }
  if (door?.late) return { title: g.lateTitle, text: g.late };
  return { title: g.waitingTitle, text: g.waiting };
}
