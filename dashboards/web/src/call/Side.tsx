import { useEffect, useRef } from "preact/hooks";
import { X } from "lucide-preact";
import { Button, words } from "../ui/index.ts";
import { DeviceMenus } from "../visit/DeviceMenus.tsx";
import { OtherLanguages } from "../visit/OtherLanguages.tsx";
import { Panel } from "../visit/Panel.tsx";
import { Level } from "../visit/Preview.tsx";
import { SendInvitation } from "../visit/SendInvitation.tsx";
import type { SeatState } from "../wire/index.ts";
import type { PanelName } from "./Bar.tsx";
import type { Call } from "./call.ts";
import { Invitations } from "./Invitations.tsx";
import { People } from "./People.tsx";
import { RunVisit } from "./RunVisit.tsx";

interface Props {
  call: Call;
  state: SeatState;
  panel: Exclude<PanelName, "">;
  onClose: () => void;
}

/** The panel at the side: people, who to invite, or devices. Escape closes it. */
export function Side({ call, state, panel, onClose }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [panel]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !(event.target as Element).closest("dialog")) onClose();
  };
  return (
    <aside class="side" aria-labelledby="side-title" onKeyDown={onKeyDown}>
      <div class="side-head">
        <h2 ref={heading} id="side-title" tabIndex={-1}>
          {titleOf(panel)}
        </h2>
        <Button kind="plain" icon={X} label={words.close} onClick={onClose} />
      </div>
      <div class="side-body">
        {panel === "people" && <People call={call} state={state} />}
        {panel === "people" && state.role === "provider" && <RunVisit call={call} state={state} />}
        {panel === "invite" && <Invite call={call} state={state} />}
        {panel === "devices" && <DevicesHere call={call} />}
      </div>
    </aside>
  );
}

function titleOf(panel: Props["panel"]): string {
  return { people: words.call.people, invite: words.panel.title, devices: words.devices.title }[panel];
}

/** Add Participants (R7): what to pass on, what to send, and for providers what became of what was sent. */
function Invite({ call, state }: { call: Call; state: SeatState }) {
  const staff = state.role === "provider";
  return (
    <>
      <Panel inviter={call.inviter} zone={state.info?.zone ?? "UTC"} />
      <SendInvitation inviter={call.inviter} staff={staff} />
      {staff && <Invitations call={call} state={state} />}
    </>
  );
}

function DevicesHere({ call }: { call: Call }) {
  const { micTrack } = call.devices.state.value;
  return (
    <div class="devices">
      {micTrack && <Level track={micTrack} />}
      <DeviceMenus devices={call.devices} />
      <OtherLanguages />
    </div>
  );
}
