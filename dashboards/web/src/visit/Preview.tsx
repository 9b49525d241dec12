import { useEffect, useRef } from "preact/hooks";
import { Mic, MicOff, Video, VideoOff } from "lucide-preact";
import { Icon, words } from "../ui/index.ts";
import type { Devices, DeviceState } from "./devices.ts";
import { meter } from "./sound.ts";
import { troubleFor } from "./Trouble.tsx";

interface Props {
  devices: Devices;
}

/** What the others will see, with the two switches on it and the microphone's level under it. */
export function Preview({ devices }: Props) {
  const state = devices.state.value;
  const { mic, cam, camTrack, micTrack } = state;
  return (
    <div class="preview">
      <div class="preview-picture">
        {camTrack ? <Picture track={camTrack} label={words.devices.preview} /> : <Unseen state={state} onStart={() => void devices.start()} />}
        {state.asked && !troubleFor(state.trouble) && (
          <div class="preview-switches">
            <Switch on={mic && micTrack !== undefined} icons={[Mic, MicOff]} names={[words.call.mute, words.call.unmute]} onSwitch={() => devices.setMic(!mic || !micTrack)} />
            <Switch on={cam && camTrack !== undefined} icons={[Video, VideoOff]} names={[words.call.cameraOff, words.call.cameraOn]} onSwitch={() => devices.setCam(!cam || !camTrack)} />
          </div>
        )}
      </div>
      {micTrack && <Level track={micTrack} />}
    </div>
  );
}

/** One's own picture, as in a mirror. */
export function Picture({ track, label }: { track: MediaStreamTrack; label: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = new MediaStream([track]);
  }, [track]);
  return <video ref={video} class="mirror" aria-label={label} autoplay muted playsInline disablePictureInPicture />;
}

/** No picture: not asked yet, being asked, or off. */
function Unseen({ state, onStart }: { state: DeviceState; onStart: () => void }) {
  if (state.asking) return <p class="preview-words">{words.devices.asking}</p>;
  if (state.asked) {
    return (
      <p class="preview-words">
        <Icon of={VideoOff} size={24} />
        {troubleFor(state.trouble)?.title ?? words.devices.cameraOff}
      </p>
    );
  }
  return (
    <div class="preview-words">
      <button type="button" class="button button-quiet" onClick={onStart}>
        <Icon of={Video} />
        {words.devices.turnOn}
      </button>
      <p>{words.devices.turnOnHint}</p>
    </div>
  );
}

interface SwitchProps {
  on: boolean;
  icons: readonly [typeof Mic, typeof Mic];
  names: readonly [string, string];
  onSwitch: () => void;
}

function Switch({ on, icons, names, onSwitch }: SwitchProps) {
  const name = on ? names[0] : names[1];
  return (
    <button type="button" class={on ? "switch" : "switch switch-off"} aria-label={name} title={name} onClick={onSwitch}>
      <Icon of={on ? icons[0] : icons[1]} size={24} />
    </button>
  );
}

/** A bar that moves with the voice; the sentence under it says what it is for. */
export function Level({ track }: { track: MediaStreamTrack }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => meter(track, (level) => bar.current?.style.setProperty("transform", `scaleX(${level.toFixed(3)})`)), [track]);
  return (
    <div class="level">
      <Icon of={Mic} label={words.devices.level} />
      <div class="level-track">
        <div ref={bar} class="level-bar" />
      </div>
    </div>
  );
}
