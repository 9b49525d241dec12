import { useState } from "preact/hooks";
import { Volume2 } from "lucide-preact";
import { Button, Select, words } from "../ui/index.ts";
import type { Devices } from "./devices.ts";
import { speakersChoosable, testSound } from "./sound.ts";

/** Which microphone, camera and speaker, and a sound to test the last. */
export function DeviceMenus({ devices }: { devices: Devices }) {
  const { list, micId, camId, speakerId } = devices.state.value;
  const of = (kind: MediaDeviceKind) => list.filter((device) => device.kind === kind && device.deviceId !== "");
  const microphones = of("audioinput");
  const cameras = of("videoinput");
  const speakers = speakersChoosable ? of("audiooutput") : [];
  const d = words.devices;
  return (
    <div class="devices">
      {microphones.length > 0 && (
        <Select label={d.microphone} value={micId} options={named(microphones, d.someMicrophone)} onPick={(id) => void devices.pick("mic", id)} />
      )}
      {cameras.length > 0 && (
        <Select label={d.camera} value={camId} options={named(cameras, d.someCamera)} onPick={(id) => void devices.pick("cam", id)} />
      )}
      {speakers.length > 0 && (
        <Select
          label={d.speaker}
          value={speakerId}
          options={[{ value: "", label: d.defaultSpeaker }, ...named(speakers.filter((one) => one.deviceId !== "default"), d.someSpeaker)]}
          onPick={(id) => void devices.pick("speaker", id)}
        />
      )}
      <TestSound speakerId={speakerId} />
    </div>
  );
}

function TestSound({ speakerId }: { speakerId: string }) {
  const [playing, setPlaying] = useState(false);
  const play = () => {
    setPlaying(true);
    void testSound(speakerId).finally(() => setPlaying(false));
  };
  return (
    <Button icon={Volume2} disabled={playing} onClick={play}>
      {playing ? words.devices.testing : words.devices.test}
    </Button>
  );
}

/** Browsers hide names until the person has allowed the camera or microphone. */
function named(list: readonly MediaDeviceInfo[], some: (n: number) => string) {
  return list.map(({ deviceId, label }, index) => ({ value: deviceId, label: label || some(index + 1) }));
}
