/**
 * The camera and microphone of this device: asked for, chosen, switched, lost and found again.
 *
 * A muted microphone stays open and sends silence; a camera that is off is let go, so that its light goes out.
 */

import { signal, type ReadonlySignal } from "@preact/signals";
import { kept } from "./kept.ts";
import { troubleOf, unusable, type Trouble } from "./trouble.ts";

export type Kind = "mic" | "cam";

export interface DeviceState {
  readonly micTrack: MediaStreamTrack | undefined;
  readonly camTrack: MediaStreamTrack | undefined;
  /** What the person wants: on or off. */
  readonly mic: boolean;
  readonly cam: boolean;
  readonly asking: boolean;
  /** Asked at least once, whatever came of it. */
  readonly asked: boolean;
  readonly trouble: { readonly mic?: Trouble | undefined; readonly cam?: Trouble | undefined };
  readonly list: readonly MediaDeviceInfo[];
  readonly micId: string;
  readonly camId: string;
  readonly speakerId: string;
}

const SOUND: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const PICTURE: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

export class Devices {
  readonly #state = signal<DeviceState>({
    micTrack: undefined,
    camTrack: undefined,
    mic: kept.get().mic ?? true,
    cam: kept.get().cam ?? true,
    asking: false,
    asked: false,
    trouble: {},
    list: [],
    micId: "",
    camId: "",
    speakerId: "",
  });

  constructor() {
    navigator.mediaDevices?.addEventListener?.("devicechange", () => void this.#relist());
  }

  get state(): ReadonlySignal<DeviceState> {
    return this.#state;
  }

  /** Start by itself for those who allowed it before; the others press a button first. What can never work is said at once. */
  async startIfAllowed(): Promise<void> {
    if (unusable()) return this.start();
    const states = await Promise.all([permission("microphone"), permission("camera")]);
    if (states.every((state) => state === "granted")) await this.start();
  }

  /** Open what the person wants and what is not open yet. Never throws: what fails is in `trouble`. */
  async start(): Promise<void> {
    const { mic, cam, micTrack, camTrack, asking } = this.#state.peek();
    if (asking) return;
    const cannot = unusable();
    if (cannot) return this.#change({ asked: true, trouble: { mic: cannot, cam: cannot } });
    const wanted = { mic: !isLive(micTrack), cam: cam && !isLive(camTrack) };
    if (!wanted.mic && !wanted.cam) return;
    this.#change({ asking: true });
    const both = wanted.mic && wanted.cam && !(await oneForbidden());
    if (!both || !(await this.#open({ mic: true, cam: true }, true))) {
      // together they fail when either does: ask for each, so that one of them works
      if (wanted.mic) await this.#open({ mic: true, cam: false });
      if (wanted.cam) await this.#open({ mic: false, cam: true });
    }
    this.#change({ asking: false, asked: true });
    if (!mic) this.setMic(false);
    await this.#relist();
  }

  setMic(on: boolean): void {
    const track = this.#state.peek().micTrack;
    if (track) track.enabled = on;
    kept.put({ mic: on });
    this.#change({ mic: on });
    if (on && !isLive(track)) void this.start();
  }

  setCam(on: boolean): void {
    kept.put({ cam: on });
    if (!on) {
      this.#state.peek().camTrack?.stop();
      this.#change({ cam: false, camTrack: undefined });
      return;
    }
    this.#change({ cam: true });
    void this.start();
  }

  /** Use another microphone, camera or speaker from now on. */
  async pick(kind: Kind | "speaker", id: string): Promise<void> {
    if (kind === "speaker") return this.#change({ speakerId: id });
    const old = this.#state.peek()[kind === "mic" ? "micTrack" : "camTrack"];
    this.#change(kind === "mic" ? { micId: id, micTrack: undefined } : { camId: id, camTrack: undefined });
    old?.stop(); // some cameras and most telephones open one at a time
    await this.#open({ mic: kind === "mic", cam: kind === "cam" });
  }

  /** Let go of everything. */
  stop(): void {
    const { micTrack, camTrack } = this.#state.peek();
    micTrack?.stop();
    camTrack?.stop();
    this.#change({ micTrack: undefined, camTrack: undefined, asked: false });
  }

  /** Open one or both; true when it worked. With `quiet` a failure is not told, since another way is tried next. */
  async #open(wanted: { mic: boolean; cam: boolean }, quiet = false): Promise<boolean> {
    const { micId, camId } = this.#state.peek();
    const constraints: MediaStreamConstraints = {};
    if (wanted.mic) constraints.audio = { ...SOUND, ...(micId ? { deviceId: { exact: micId } } : {}) };
    if (wanted.cam) constraints.video = { ...PICTURE, ...(camId ? { deviceId: { exact: camId } } : { facingMode: "user" }) };
    try {
      this.#take(await navigator.mediaDevices.getUserMedia(constraints));
      return true;
    } catch (error) {
      if (isStale(error) && (wanted.mic ? micId : camId)) {
        this.#change(wanted.mic ? { micId: "" } : { camId: "" }); // the one chosen is gone: any will do
        return this.#open(wanted, quiet);
      }
      const trouble = troubleOf(error);
      // a refusal of both is one answer to one question: do not ask twice more
      if (quiet && trouble !== "refused" && trouble !== "inapp") return false;
      this.#trouble({ ...(wanted.mic ? { mic: trouble } : {}), ...(wanted.cam ? { cam: trouble } : {}) });
      return quiet;
    }
  }

  #take(stream: MediaStream): void {
    const [micTrack] = stream.getAudioTracks();
    const [camTrack] = stream.getVideoTracks();
    const { mic, cam } = this.#state.peek();
    if (micTrack) {
      micTrack.enabled = mic;
      micTrack.onended = () => this.#ended("mic");
      this.#change({ micTrack, micId: micTrack.getSettings().deviceId ?? "" });
      this.#trouble({ mic: undefined });
    }
    if (camTrack && !cam) camTrack.stop(); // switched off while the browser asked
    else if (camTrack) {
      camTrack.onended = () => this.#ended("cam");
      this.#change({ camTrack, camId: camTrack.getSettings().deviceId ?? "" });
      this.#trouble({ cam: undefined });
    }
  }

  /** A device was unplugged or taken back: go on with another one, if there is one. */
  #ended(kind: Kind): void {
    this.#change(kind === "mic" ? { micTrack: undefined, micId: "" } : { camTrack: undefined, camId: "" });
    void this.#open({ mic: kind === "mic", cam: kind === "cam" }).then(() => this.#relist());
  }

  async #relist(): Promise<void> {
    const list = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    this.#change({ list });
  }

  #trouble(more: DeviceState["trouble"]): void {
    this.#change({ trouble: { ...this.#state.peek().trouble, ...more } });
  }

  #change(more: Partial<DeviceState>): void {
    this.#state.value = { ...this.#state.peek(), ...more };
  }
}

function isLive(track: MediaStreamTrack | undefined): boolean {
  return track?.readyState === "live";
}

function isStale(error: unknown): boolean {
  return (error as { name?: string } | null)?.name === "OverconstrainedError";
}

/** Asking for both when one is forbidden for good fails for both. */
async function oneForbidden(): Promise<boolean> {
  const states = await Promise.all([permission("microphone"), permission("camera")]);
  return states.includes("denied") && !states.every((state) => state === "denied");
}

async function permission(name: string): Promise<PermissionState> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state;
  } catch {
    return "prompt"; // a browser that does not tell
  }
}
