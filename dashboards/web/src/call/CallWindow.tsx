import "./call.css";
import "./stage.css";
import "./bar.css";
import "./side.css";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { clearToasts, words } from "../ui/index.ts";
import type { Attendance } from "../visit/attendance.ts";
import type { Devices } from "../visit/devices.ts";
import type { SeatState } from "../wire/index.ts";
import { Bar, type PanelName } from "./Bar.tsx";
import { Banners } from "./Banners.tsx";
import { Call } from "./call.ts";
import { useAnnouncements } from "./announce.ts";
import { Side } from "./Side.tsx";
import { Sounds } from "./Sounds.tsx";
import { Stage } from "./Stage.tsx";
import { useIdle } from "./useIdle.ts";
import { useWakeLock } from "./useWakeLock.ts";
import { Waiters } from "./Waiters.tsx";

interface Props {
  attendance: Attendance;
  devices: Devices;
}

/** The call, for everyone in it. */
export function CallWindow({ attendance, devices }: Props) {
  const call = useMemo(() => new Call(attendance, devices), [attendance, devices]);
  useEffect(() => {
    return () => {
      call.close();
      clearToasts();
    };
  }, [call]);
  const state = attendance.state.value;
  return state?.info ? <Inside call={call} state={state} /> : null;
}

function Inside({ call, state }: { call: Call; state: SeatState }) {
  const [chosen, setPanel] = useState<PanelName>("");
  const panel = chosen === "invite" && !state.info?.may_invite ? "" : chosen; // the clinic switched it off meanwhile (R1)
  const idle = useIdle(panel !== "");
  const heading = useRef<HTMLHeadingElement>(null);
  const provider = state.info?.providers?.find((name) => name !== state.name);
  const title = provider ? words.call.title(provider) : words.call.titleAlone;
  useWakeLock();
  useAnnouncements(call);
  useEffect(() => {
    document.title = title;
    heading.current?.focus();
  }, [title]);
  return (
    <main class={idle ? "call call-idle" : "call"}>
      <h1 ref={heading} tabIndex={-1} class="unseen">
        {title}
      </h1>
      <div class="call-room">
        <div class="call-stage">
          <Stage call={call} state={state} />
          <div class="call-top">
            <Banners call={call} state={state} onPanel={setPanel} />
            {panel !== "people" && <Waiters call={call} state={state} />}
          </div>
        </div>
        {panel && <Side call={call} state={state} panel={panel} onClose={() => setPanel("")} />}
      </div>
      <Bar call={call} state={state} panel={panel} onPanel={setPanel} />
      <Sounds call={call} state={state} />
    </main>
  );
}
