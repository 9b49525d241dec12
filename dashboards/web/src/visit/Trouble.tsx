import { Banner, Button, CopyButton, words } from "../ui/index.ts";
import type { Devices, DeviceState } from "./devices.ts";
import { kept } from "./kept.ts";
import { isInApp } from "./trouble.ts";

/** The words of what keeps both from working, undefined when one of them works or was not asked for. */
export function troubleFor({ mic, cam }: DeviceState["trouble"]): { readonly title: string; readonly next: string } | undefined {
  return mic && cam && words.devices.trouble[worse(mic, cam)];
}

const GRAVITY = ["failed", "none", "busy", "refused", "inapp", "insecure"] as const;

function worse(a: (typeof GRAVITY)[number], b: (typeof GRAVITY)[number]): (typeof GRAVITY)[number] {
  return GRAVITY.indexOf(a) > GRAVITY.indexOf(b) ? a : b;
}

/** One sentence for the one that does not work, while the other does. */
function partly({ mic, cam }: DeviceState["trouble"]): string | undefined {
  const d = words.devices;
  if (mic && !cam) return mic === "busy" ? d.microphoneBusy : mic === "refused" ? d.microphoneRefused : d.noMicrophone;
  if (cam && !mic) return cam === "busy" ? d.cameraBusy : cam === "refused" ? d.cameraRefused : d.noCamera;
  return undefined;
}

/** The link as it came; the address bar no longer has its token. */
function linkHere(): string {
  const { token = "" } = kept.get();
  return `${location.origin}${location.pathname}#${token}`;
}

/** What is wrong with camera and microphone, and what to do next. Nothing when all is well. */
export function TroubleBanner({ devices }: { devices: Devices }) {
  const { trouble, asked, mic, cam, micTrack, camTrack } = devices.state.value;
  if (!asked || (!trouble.mic && !trouble.cam)) return null;
  const sentence = partly(trouble);
  const again = <Button onClick={() => void devices.start()}>{words.tryAgain}</Button>;
  if (sentence) {
    // the other one works, or was switched off on purpose
    const matters = trouble.mic ? mic && !micTrack : cam && !camTrack;
    if (!matters) return null;
    return (
      <Banner tone="wait" live>
        <p>{sentence}</p>
        {again}
      </Banner>
    );
  }
  const found = troubleFor(trouble);
  if (!found) return null;
  const never = trouble.mic === "insecure" || trouble.mic === "inapp";
  return (
    <Banner tone="lost" live>
      <p class="banner-title">{found.title}</p>
      <p>{found.next}</p>
      {never ? isInApp() && <CopyButton text={linkHere()}>{words.devices.copyLink}</CopyButton> : again}
    </Banner>
  );
}
