import { MicOff, Phone, ScreenShare, WifiOff, type LucideIcon } from "lucide-preact";
import { Icon, words } from "../ui/index.ts";
import { initials } from "../ui/Person.tsx";
import { mediaOf, type Participant, type QualityWord, type Role, type SeatState } from "../wire/index.ts";
import { inByBrowser, type Call } from "./call.ts";
import { QualityMark } from "./QualityMark.tsx";
import { Video } from "./Video.tsx";

interface Props {
  call: Call;
  seat: Participant;
  speaking: boolean;
}

/** One of the others: a picture, or initials, or a round handset for who takes part by telephone. */
export function Tile({ call, seat, speaking }: Props) {
  const media = mediaOf(seat);
  const remote = call.remote(seat.seat);
  const byPhone = !inByBrowser(seat);
  const picture = media.cam && remote?.state === "connected" ? remote.camera : undefined;
  const silent = !media.mic && seat.how !== "both";
  return (
    <li class={classes(seat.role, speaking, byPhone ? "tile-phone" : "")}>
      {picture ? <Video track={picture} label={seat.name} /> : <Face name={seat.name} byPhone={byPhone} />}
      <Trouble seat={seat} connected={byPhone || remote?.state === "connected"} />
      <NameOn name={seat.name} role={seat.role} silent={silent} quality={seat.quality} />
    </li>
  );
}

/** One's own tile: small in a corner while there is one other, a tile like the others when there are more. */
export function SelfTile({ call, state, speaking }: { call: Call; state: SeatState; speaking: boolean }) {
  const { camTrack, mic, micTrack } = call.devices.state.value;
  return (
    <li class={classes(state.role, speaking, "tile-self")}>
      {camTrack ? <Video track={camTrack} label={words.devices.preview} mirrored /> : <Face name={state.name} byPhone={false} />}
      <NameOn name={state.name} role={state.role} you silent={!mic || !micTrack} />
      {call.screen.value && (
        <p class="tile-note">
          <Icon of={ScreenShare} size={16} />
          {words.call.youShare}
        </p>
      )}
    </li>
  );
}

export function Alone() {
  return (
    <div class="alone">
      <p class="alone-title">{words.call.alone}</p>
      <p>{words.call.aloneMore}</p>
    </div>
  );
}

function Face({ name, byPhone }: { name: string; byPhone: boolean }) {
  return (
    <span class="face" aria-hidden="true">
      {byPhone ? <Icon of={Phone} size={40} /> : initials(name)}
    </span>
  );
}

interface NameProps {
  name: string;
  role: Role;
  you?: boolean;
  silent: boolean;
  quality?: QualityWord | undefined;
}

/** Name, role in words and in colour (R12), and the sign of a muted microphone. */
function NameOn({ name, role, you, silent, quality }: NameProps) {
  return (
    <p class="tile-name">
      {silent && <Icon of={MicOff} size={16} label={words.call.muted} />}
      <span class="tile-who">{name}</span>
      <span class="tile-role">{you ? words.you : role === "phone" ? words.call.byPhone : words.roles[role]}</span>
      {you && <span class="tile-you">{words.youAlone}</span>}
      {quality === "good" && <QualityMark quality={quality} />}
    </p>
  );
}

/** Why there is no picture and sound right now. */
function Trouble({ seat, connected }: { seat: Participant; connected: boolean }) {
  const lost = seat.link === "lost" || seat.link === "none";
  if (!lost && (connected || !seat.page)) return <Weak seat={seat} />; // without a page there is no browser that could send
  const [icon, text]: [LucideIcon | undefined, string] = lost ? [WifiOff, words.call.lost] : [undefined, words.call.connecting];
  return (
    <p class="tile-trouble">
      {icon && <Icon of={icon} size={16} />}
      {text}
    </p>
  );
}

/** Providers read whose connection is poor, and why they may hear them badly (B12). */
function Weak({ seat: { quality } }: { seat: Participant }) {
  if (quality !== "poor" && quality !== "bad") return null;
  return (
    <p class={`tile-trouble tile-${quality}`}>
      <QualityMark quality={quality} worded />
    </p>
  );
}

function classes(role: Role, speaking: boolean, more: string): string {
  return `tile tile-${role} ${speaking ? "tile-speaking" : ""} ${more}`;
}
