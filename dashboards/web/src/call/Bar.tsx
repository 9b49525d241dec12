import type { LucideIcon } from "lucide-preact";
import { useEffect, useRef } from "preact/hooks";
import { Mic, MicOff, PhoneOff, ScreenShare, ScreenShareOff, Settings, UserPlus, Users, Video, VideoOff } from "lucide-preact";
import { Icon, toast, words } from "../ui/index.ts";
import { aboveTheLine, type SeatState } from "../wire/index.ts";
import type { Call } from "./call.ts";

export type PanelName = "" | "people" | "invite" | "devices";

interface Props {
  call: Call;
  state: SeatState;
  panel: PanelName;
  onPanel: (panel: PanelName) => void;
}

const c = words.call;

/** The controls at the foot of the call; leaving stands apart. */
export function Bar({ call, state, panel, onPanel }: Props) {
  const { mic, cam, micTrack, camTrack } = call.devices.state.value;
  const micOn = mic && micTrack !== undefined;
  const camOn = cam && camTrack !== undefined;
  const count = Object.values(state.seats).filter(aboveTheLine).length;
  const own = { panel, onPanel };
  return (
    <div class="bar" role="group" aria-label={c.bar}>
      <Control icon={micOn ? Mic : MicOff} name={micOn ? c.mute : c.unmute} label={words.devices.microphone} off={!micOn} onPress={() => call.devices.setMic(!micOn)} />
      <Control icon={camOn ? Video : VideoOff} name={camOn ? c.cameraOff : c.cameraOn} label={words.devices.camera} off={!camOn} onPress={() => call.devices.setCam(!camOn)} />
      <Share call={call} />
      {state.info?.may_invite && <Opener {...own} opens="invite" icon={UserPlus} name={c.addPerson} label={c.person} />}
      <Opener {...own} opens="people" icon={Users} name={c.peopleIn(count)} label={c.people} count={count} />
      <Opener {...own} opens="devices" icon={Settings} name={c.settingsOf} label={c.settings} />
      <Control icon={PhoneOff} name={c.leaveName} label={c.leave} leave onPress={() => call.attendance.leave()} />
    </div>
  );
}

/** Only where the browser can: telephones cannot. */
function Share({ call }: { call: Call }) {
  if (typeof navigator.mediaDevices?.getDisplayMedia !== "function") return null;
  const sharing = call.screen.value !== undefined;
  const press = async () => {
    if (sharing) call.stopSharing();
    else if (!(await call.share())) toast(c.shareRefused);
  };
  return <Control icon={sharing ? ScreenShareOff : ScreenShare} name={sharing ? c.stopShare : c.share} label={sharing ? c.stopShare : c.shareShort} on={sharing} onPress={() => void press()} />;
}

interface OpenerProps extends Pick<Props, "panel" | "onPanel"> {
  opens: PanelName;
  icon: LucideIcon;
  name: string;
  label: string;
  count?: number;
}

/** Opens a side panel and closes it; focus comes back here when the panel closes. */
function Opener({ panel, onPanel, opens, ...look }: OpenerProps) {
  const open = panel === opens;
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    const inBody = document.activeElement === document.body || document.activeElement === null;
    if (wasOpen.current && !open && inBody) button.current?.focus();
    wasOpen.current = open;
  }, [open]);
  return <Control {...look} expanded={open} on={open} buttonRef={button} onPress={() => onPanel(open ? "" : opens)} />;
}

interface ControlProps {
  icon: LucideIcon;
  /** What pressing it does; holds the word under it, so that one can say that word to press it. */
  name: string;
  /** The word under it. */
  label: string;
  off?: boolean;
  on?: boolean;
  leave?: boolean;
  expanded?: boolean;
  count?: number;
  buttonRef?: { current: HTMLButtonElement | null };
  onPress: () => void;
}

function Control({ icon, name, label, off, on, leave, expanded, count, buttonRef, onPress }: ControlProps) {
  const kind = leave ? "control control-leave" : off ? "control control-off" : on ? "control control-on" : "control";
  return (
    <button
      type="button"
      class={kind}
      aria-label={name}
      title={name}
      onClick={onPress}
      {...(expanded === undefined ? {} : { "aria-expanded": expanded })}
      {...(buttonRef ? { ref: buttonRef } : {})}
    >
      <span class="control-face" aria-hidden="true">
        <Icon of={icon} size={24} />
      </span>
      <span class="control-label">{label}</span>{" "}
      {count !== undefined && <span class="control-count figures">{count}</span>}
    </button>
  );
}
