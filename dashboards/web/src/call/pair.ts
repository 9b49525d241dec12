/**
 * One connection to one other browser: three transceivers fixed up front (sound, camera, screen), tracks put in and taken
 * out by `replaceTrack`, so that nothing is negotiated again during a call. The side that was told to offers, always.
 */

import type { PairSignal } from "./signal.ts";

export interface Tracks {
  readonly audio: MediaStreamTrack | undefined;
  readonly camera: MediaStreamTrack | undefined;
  readonly screen: MediaStreamTrack | undefined;
}

export const NO_TRACKS: Tracks = { audio: undefined, camera: undefined, screen: undefined };

type Slot = keyof Tracks;
/** The order of the transceivers, on both sides. */
const SLOTS: readonly Slot[] = ["audio", "camera", "screen"];

/** Waiting times, ms. */
export const PATIENCE = {
  /** An offer that nothing came of; the next time twice as long. */
  answer: 4_000,
  answerMost: 16_000,
  /** From the answer to a connection. */
  connect: 15_000,
  /** A broken connection often mends itself; after this ICE starts again. */
  mend: 4_000,
  /** How long a new start of ICE may take before the pair is made anew. */
  restart: 10_000,
};

/** What the camera may take: of the uplink, and of the processor, which encodes once for each of the others. */
export interface CameraLimit {
  readonly bitsPerSecond: number;
  readonly scaleDownBy: number;
}

export interface PairPorts {
  readonly config: RTCConfiguration;
  readonly tell: (signal: Omit<PairSignal, "page">) => void;
  readonly onChange: () => void;
  /** The media flows, for the first time; so many ms after the first try. */
  readonly onMade: (ms: number) => void;
  /** ICE found no way, or lost the one that it had. */
  readonly onFailed: () => void;
  /** The pair cannot be mended: make another one. Called once, on the offering side only. */
  readonly onDead: () => void;
}

export class Pair {
  readonly id: string;
  readonly seat: string;
  /** The other browser's load of its page. */
  readonly page: string;
  readonly offers: boolean;
  /** How many pairs were tried before this one. */
  readonly tries: number;
  /** Sound only, and made anew rather than mended: the bridge of telephones. */
  readonly plain: boolean;
  /** When the first try for this seat began, on the page's own clock. */
  readonly began: number;
  readonly pc: RTCPeerConnection;
  readonly #ports: PairPorts;
  #tracks: Tracks = NO_TRACKS;
  #chain: Promise<void> = Promise.resolve();
  #early: (RTCIceCandidateInit | null)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The start of ICE that we have answered. */
  #answered = "";
  #made = false;
  #closed = false;

  constructor(who: { id: string; seat: string; page: string; offers: boolean; tries?: number; plain?: boolean; began?: number }, ports: PairPorts) {
    this.id = who.id;
    this.seat = who.seat;
    this.page = who.page;
    this.offers = who.offers;
    this.tries = who.tries ?? 0;
    this.plain = who.plain ?? false;
    this.began = who.began ?? performance.now();
    this.#ports = ports;
    this.pc = new RTCPeerConnection(ports.config);
    this.pc.onicecandidate = ({ candidate }) => this.#tell({ candidate: candidate?.toJSON() ?? null });
    this.pc.onconnectionstatechange = () => this.#moved();
    if (this.offers) {
      for (const slot of this.plain ? SLOTS.slice(0, 1) : SLOTS) this.pc.addTransceiver(slot === "audio" ? "audio" : "video", { direction: "sendrecv" });
    }
  }

  get connected(): boolean {
    return this.pc.connectionState === "connected";
  }

  /** The other side's track of a slot, from the moment that it was agreed. */
  track(slot: Slot): MediaStreamTrack | undefined {
    return this.#transceiver(slot)?.receiver.track;
  }

  receiver(slot: Slot): RTCRtpReceiver | undefined {
    return this.#transceiver(slot)?.receiver;
  }

  /** Make the offer; only on the offering side. */
  offer(): void {
    this.#do(async () => {
      await this.#fill();
      await this.pc.setLocalDescription(await this.pc.createOffer());
      this.#tell({ offer: this.pc.localDescription?.sdp ?? "" });
      this.#expectMore(this.#patience);
    });
  }

  /** Longer after every try: a machine that is slow must not be hurried for ever. */
  get #patience(): number {
    return Math.min(PATIENCE.answerMost, PATIENCE.answer * 2 ** this.tries);
  }

  /**
   * Look after a while whether the pair has moved on. An offer without an answer may have found the other one away: saying it
   * again costs nothing done so far. A pair that gathered nothing, or was answered and does not move, is made anew.
   */
  #expectMore(patience: number): void {
    this.#after(patience, () => {
      const { connectionState, signalingState, localDescription } = this.pc;
      if (connectionState !== "new") this.#after(PATIENCE.connect, () => !this.connected && this.#die());
      else if (signalingState !== "have-local-offer" || !localDescription?.sdp.includes("a=candidate:")) this.#die();
      else {
        this.#tell({ offer: localDescription.sdp });
        this.#expectMore(Math.min(PATIENCE.answerMost, 2 * patience));
      }
    });
  }

  /** Take what the other side says about this pair, in the order in which it was said. */
  take(signal: PairSignal): void {
    if (signal.again) {
      if (this.offers) this.#mend();
      return;
    }
    this.#do(async () => {
      if (signal.offer !== undefined) await this.#answer(signal.offer);
      else if (signal.answer !== undefined) await this.#accept(signal.answer);
      else if (signal.candidate !== undefined) await this.#candidate(signal.candidate);
    });
  }

  /** Send these from now on. */
  send(tracks: Tracks): void {
    this.#tracks = tracks;
    this.#do(() => this.#fill());
  }

  /** Spend at most so much on the camera. */
  limit({ bitsPerSecond, scaleDownBy }: CameraLimit): void {
    this.#do(async () => {
      const sender = this.#transceiver("camera")?.sender;
      const parameters = sender?.getParameters();
      const [encoding] = parameters?.encodings ?? [];
      if (!sender || !parameters || !encoding) return;
      if (encoding.maxBitrate === bitsPerSecond && encoding.scaleResolutionDownBy === scaleDownBy) return;
      encoding.maxBitrate = bitsPerSecond;
      encoding.scaleResolutionDownBy = scaleDownBy;
      await sender.setParameters(parameters);
    });
  }

  configure(config: RTCConfiguration): void {
    if (!this.#closed) this.pc.setConfiguration(config);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.pc.onicecandidate = this.pc.onconnectionstatechange = null;
    this.pc.close();
  }

  async #answer(sdp: string): Promise<void> {
    const start = ufrag(sdp);
    if (start === this.#answered) {
      this.#tell({ answer: this.pc.localDescription?.sdp ?? "" }); // said again: the answer was lost, or is slow
      return;
    }
    this.#answered = start;
    await this.pc.setRemoteDescription({ type: "offer", sdp });
    for (const transceiver of this.pc.getTransceivers()) transceiver.direction = "sendrecv";
    await this.#fill();
    await this.pc.setLocalDescription(await this.pc.createAnswer());
    this.#tell({ answer: this.pc.localDescription?.sdp ?? "" });
    await this.#takeEarly();
  }

  async #accept(sdp: string): Promise<void> {
    if (this.pc.signalingState !== "have-local-offer") return;
    await this.pc.setRemoteDescription({ type: "answer", sdp });
    if (!this.connected) this.#expectMore(this.#patience);
    await this.#takeEarly();
  }

  async #candidate(candidate: RTCIceCandidateInit | null): Promise<void> {
    if (!this.pc.remoteDescription) this.#early.push(candidate);
    else await this.pc.addIceCandidate(candidate ?? undefined);
  }

  async #takeEarly(): Promise<void> {
    for (const candidate of this.#early.splice(0)) await this.pc.addIceCandidate(candidate ?? undefined);
    this.#ports.onChange();
  }

  /** Put our tracks where they belong; a slot without a track sends nothing. */
  async #fill(): Promise<void> {
    for (const slot of SLOTS) {
      const sender = this.#transceiver(slot)?.sender;
      const track = this.#tracks[slot] ?? null;
      if (sender && sender.track !== track) await sender.replaceTrack(track);
    }
  }

  #transceiver(slot: Slot): RTCRtpTransceiver | undefined {
    return this.pc.getTransceivers()[SLOTS.indexOf(slot)];
  }

  #moved(): void {
    const state = this.pc.connectionState;
    this.#ports.onChange();
    if (state === "connected") this.#connected();
    if (state === "disconnected") this.#after(PATIENCE.mend, () => this.#mend());
    if (state !== "failed") return;
    this.#ports.onFailed();
    this.#mend();
  }

  #connected(): void {
    clearTimeout(this.#timer);
    if (!this.#made) this.#ports.onMade(performance.now() - this.began);
    this.#made = true;
  }

  /** Start ICE again, or ask the side that may. */
  #mend(): void {
    if (this.#closed || this.connected) return;
    if (this.plain) return this.#die();
    if (!this.offers) {
      this.#tell({ again: true });
      this.#after(PATIENCE.restart, () => this.#mend());
      return;
    }
    this.#do(async () => {
      if (this.pc.signalingState !== "stable") return; // an offer is on its way
      await this.pc.setLocalDescription(await this.pc.createOffer({ iceRestart: true }));
      this.#tell({ offer: this.pc.localDescription?.sdp ?? "" });
    });
    this.#after(PATIENCE.restart, () => !this.connected && this.#die());
  }

  #die(): void {
    if (!this.#closed) this.#ports.onDead();
  }

  /** One thing after the other. A step that fails leaves the pair unconnected, which the timers notice. */
  #do(step: () => Promise<void>): void {
    this.#chain = this.#chain.then(async () => {
      if (this.#closed) return;
      try {
        await step();
      } catch (error) {
        console.debug("pair", this.seat, error);
      }
    });
  }

  #after(ms: number, act: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(act, ms);
  }

  #tell(signal: Omit<PairSignal, "page" | "pair">): void {
    if (this.#closed) return;
    this.#ports.tell({ pair: this.id, ...(signal.offer === undefined ? {} : { to: this.page }), ...signal });
  }
}

/** Names one start of ICE: the same offer said again has the same one, with more candidates. */
function ufrag(sdp: string): string {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? sdp;
}
