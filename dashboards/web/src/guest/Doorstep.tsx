import { useRef, useState } from "preact/hooks";
import { ChevronDown, Phone, VideoOff } from "lucide-preact";
import { Banner, Button, Field, Icon, time, useNow, words } from "../ui/index.ts";
import type { Attendance } from "../visit/attendance.ts";
import { ByPhone } from "../visit/ByPhone.tsx";
import { DeviceMenus } from "../visit/DeviceMenus.tsx";
import type { Devices } from "../visit/devices.ts";
import { kept } from "../visit/kept.ts";
import { Preview } from "../visit/Preview.tsx";
import { said } from "../visit/said.ts";
import { TroubleBanner } from "../visit/Trouble.tsx";
import { telephone } from "../visit/look.ts";
import type { Door } from "../wire/messages.ts";
import { PatientsOwn } from "./Patient.tsx";
import { Shell } from "./Shell.tsx";
import { When } from "./When.tsx";

interface Props {
  attendance: Attendance;
  devices: Devices;
  door: Door | undefined;
  patient: boolean;
}

/** Before joining: what it is, one's name, one's picture, one big button. */
export function Doorstep({ attendance, devices, door, patient }: Props) {
  const phase = attendance.phase.value;
  const g = words.guest;
  return (
    <Shell door={door} title={door ? g.visitWith(door.provider) : g.invited} replaced={phase.at !== "doorstep" || phase.again !== undefined}>
      {door ? <When door={door} /> : <p>{g.invitedMore}</p>}
      {door && <Opens door={door} patient={patient} />}
      {phase.at === "doorstep" && phase.again && (
        <Banner tone="wait" live>
          {said(phase.again)}
        </Banner>
      )}
      <Join attendance={attendance} devices={devices} door={door} patient={patient} />
      <DeviceFold devices={devices} />
      {patient && <PatientsOwn attendance={attendance} door={door} />}
    </Shell>
  );
}

/** Not open yet: said before anybody presses a button in vain. */
function Opens({ door, patient }: { door: Door; patient: boolean }) {
  const g = words.guest;
  if (!useIsEarly(door)) return null;
  return (
    <Banner tone="wait">
      {g.early(time.clockTime(door.opens_at, door.zone))} {patient && g.startEarlyMore}
    </Banner>
  );
}

/** True until the visit opens; a page that is left open learns it by itself (D7). */
function useIsEarly(door: Door | undefined): boolean {
  const now = useNow();
  return door !== undefined && door.opens_at > now;
}

function Join({ attendance, devices, door, patient }: Props) {
  const [name, setName] = useState(kept.get().name ?? "");
  const [wrong, setWrong] = useState("");
  const [byPhone, setByPhone] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const phase = attendance.phase.value;
  const joining = phase.at === "joining";
  const asking = devices.state.value.asking;
  const badName = phase.at === "refused" && phase.refusal.code === "bad_name" ? said(phase.refusal) : "";
  const phone = patient ? undefined : telephone(); // the patient's stands on the page, see PatientsOwn
  const early = useIsEarly(door);
  const g = words.guest;

  const join = async (withCamera: boolean) => {
    if (!patient && !name.trim()) {
      setWrong(g.nameMissing);
      field.current?.focus();
      return;
    }
    if (!withCamera) devices.setCam(false);
    await devices.start(); // asks the person, when not asked yet; whatever the answer, they join
    attendance.join(name.trim());
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    void join(true);
  };

  return (
    <form class="join" onSubmit={onSubmit} noValidate>
      <Preview devices={devices} />
      <TroubleBanner devices={devices} />
      {!patient && (
        <Field
          label={g.name}
          hint={g.nameHint}
          wrong={wrong || badName || undefined}
          large
          inputRef={field}
          name="name"
          value={name}
          autocomplete="name"
          maxLength={200}
          required
          onInput={(event) => {
            setName(event.currentTarget.value);
            setWrong("");
          }}
        />
      )}
      <Unreachable attendance={attendance} />
      <Button kind="primary" size="large" type="submit" wide busy={joining || asking}>
        {joining ? g.joining : !patient ? g.join : early ? g.startEarly : g.start}
      </Button>
      <div class="join-others">
        <Button icon={VideoOff} busy={false} disabled={joining || asking} onClick={() => void join(false)}>
          {g.withoutCamera}
        </Button>
        {phone && (
          <Button icon={Phone} aria-expanded={byPhone} aria-controls="by-phone" onClick={() => setByPhone(!byPhone)}>
            {g.byPhone}
          </Button>
        )}
      </div>
      {phone && byPhone && (
        <div id="by-phone">
          <ByPhone {...phone} />
        </div>
      )}
    </form>
  );
}

/** Joining takes long because the server does not answer; it goes on trying. */
function Unreachable({ attendance }: { attendance: Attendance }) {
  if (attendance.phase.value.at !== "joining" || attendance.net.value.at !== "lost") return null;
  return (
    <Banner tone="lost" live>
      {words.unreachable}
    </Banner>
  );
}

/** Camera, microphone and speaker, folded away: most people never need them. */
export function DeviceFold({ devices }: { devices: Devices }) {
  if (!devices.state.value.asked) return null;
  return (
    <details class="fold">
      <summary>
        {words.devices.title}
        <Icon of={ChevronDown} />
      </summary>
      <p class="soft">{words.devices.hears}</p>
      <DeviceMenus devices={devices} />
    </details>
  );
}

/** The look itself failed, but not for good. */
export function LookAgain({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  return (
    <Shell title={words.guest.troubleTitle} replaced>
      <p>{said(error)}</p>
      <Button kind="primary" size="large" wide onClick={onAgain}>
        {words.tryAgain}
      </Button>
    </Shell>
  );
}
