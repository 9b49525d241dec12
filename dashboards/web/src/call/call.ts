/**
 * The call of somebody who is in: joins what the visit says (who is here), what the devices give, and the mesh.
 *
 * Made when the call window opens, closed with it. What it finds out is in its signals.
 */

import { effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Attendance } from "../visit/attendance.ts";
import type { Devices } from "../visit/devices.ts";
import { PAGE, randomText, type FromServer, type Media, type Participant, type SeatState } from "../wire/index.ts";
import { bySeat, type Inviter } from "../visit/inviting.ts";
import { Mesh, type Present, type Remote } from "./mesh.ts";
import { BRIDGE } from "./signal.ts";
import { Gauge, Links, SAMPLE_MS } from "./quality.ts";
import { samplesOf, statsOf, type PeerStats } from "./stats.ts";

declare global {
  interface Window {
    /** For tests and support. */
    vestibule?: { stats(): Promise<readonly PeerStats[]> };
  }
}

/** TURN credentials live 10 minutes: fresh ones come every 5 (media-and-dialin). */
const ICE_MS = 5 * 60_000;
const ICE_OLD_MS = 4 * 60_000;
const ICE_WAIT_MS = 2_000;
/** So long after being in, a call without a connection offers the telephone. */
const NO_MEDIA_MS = 10_000;

export class Call {
  readonly attendance: Attendance;
  readonly devices: Devices;
  /** Invites from our seat. */
  readonly inviter: Inviter;
  readonly #mesh: Mesh;
  readonly #gauge = new Gauge();
  readonly #links = new Links();
  readonly #weak = signal(false);
  readonly #version = signal(0);
  readonly #screen = signal<MediaStreamTrack | undefined>(undefined);
  readonly #noMedia = signal(false);
  readonly #askedBy = signal("");
  readonly #phonesSpeaking = signal<ReadonlySet<string>>(new Set());
  readonly #stops: (() => void)[] = [];
  #missingSince = 0;
  #told = "";
  #closed = false;

  constructor(attendance: Attendance, devices: Devices) {
    this.attendance = attendance;
    this.devices = devices;
    this.inviter = bySeat(attendance.connection);
    this.#mesh = new Mesh({
      self: this.#state()?.seat ?? "",
      page: PAGE,
      ice: attendance.ice.servers,
      relayOnly: new URLSearchParams(location.search).get("relay") === "1",
      send: (to, data) => attendance.connection.send({ t: "signal", to, data }),
      onChange: () => (this.#version.value = this.#version.peek() + 1),
      onMade: (ms) => this.#links.made(ms),
      onFailed: () => this.#links.failed(),
      onSpeaking: (seats) => (this.#phonesSpeaking.value = new Set(seats)),
      randomText: () => randomText(8),
    });
    window.vestibule = { stats: () => statsOf(this.#mesh) };
    void this.#start();
  }

  /** Rises when what comes from others has changed: read it to be drawn again. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /** Our own screen while we share it. */
  get screen(): ReadonlySignal<MediaStreamTrack | undefined> {
    return this.#screen;
  }

  /** True: others are here, and for 10 s nothing has come from them. */
  get noMedia(): ReadonlySignal<boolean> {
    return this.#noMedia;
  }

  /** True: our own connection is weak, and has been for some seconds. */
  get weak(): ReadonlySignal<boolean> {
    return this.#weak;
  }

  /** Who asks us to mute; "" when nobody does. */
  get askedBy(): ReadonlySignal<string> {
    return this.#askedBy;
  }

  /** The seats whose telephones speak now. */
  get phonesSpeaking(): ReadonlySignal<ReadonlySet<string>> {
    return this.#phonesSpeaking;
  }

  remote(seat: string): Remote | undefined {
    return this.#mesh.remote(seat);
  }

  /** What telephones say, all together; undefined while nobody is here by telephone. */
  get phones(): MediaStreamTrack | undefined {
    return this.#mesh.remote(BRIDGE)?.audio;
  }

  /** True: the telephones' sound holds everybody's, so that the browsers' own would be heard twice. */
  get whole(): boolean {
    return this.#mesh.whole;
  }

  level(seat: string): number {
    return this.#mesh.level(seat);
  }

  answerMute(mute: boolean): void {
    if (mute) this.devices.setMic(false);
    this.#askedBy.value = "";
  }

  /** Share the screen; resolves to false when the person or the browser said no. */
  async share(): Promise<boolean> {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } } });
      const [track] = stream.getVideoTracks();
      if (!track) return false;
      track.contentHint = "detail";
      track.onended = () => this.stopSharing(); // the browser's own "Stop sharing"
      this.#screen.value = track;
      return true;
    } catch {
      return false;
    }
  }

  stopSharing(): void {
    this.#screen.value?.stop();
    this.#screen.value = undefined;
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops.splice(0)) stop();
    this.stopSharing();
    this.#mesh.close();
    delete window.vestibule;
  }

  async #start(): Promise<void> {
    if (!this.devices.state.peek().asked) void this.devices.start();
    const { ageMs } = this.attendance.ice;
    if (ageMs > ICE_OLD_MS) await Promise.race([this.#freshIce(), wait(ICE_WAIT_MS)]);
    if (this.#closed) return;
    this.#stops.push(
      effect(() => this.#sendTracks()),
      effect(() => this.#mesh.attend(presentIn(this.attendance.state.value))),
      effect(() => this.#watchMedia()),
      every(ICE_MS, () => void this.#freshIce()),
      every(SAMPLE_MS, () => void this.#measure()),
    );
    this.#mesh.offer(this.#state()?.peers ?? []);
    this.#stops.push(this.attendance.listen((message) => this.#heard(message)));
  }

  #heard(message: FromServer): void {
    switch (message.t) {
      case "relayed":
        return this.#mesh.receive(message.seat, message.data);
      case "ready":
        if (message.ice?.length) this.#mesh.useIce(message.ice);
        if (message.standing !== "in") return;
        if (message.inside) this.#mesh.offer(message.inside.peers ?? []);
        else this.#mesh.resumed();
        return;
      case "inside":
        return this.#mesh.offer(message.peers ?? []);
      case "asked":
        if (this.devices.state.peek().mic) this.#askedBy.value = message.by;
    }
  }

  /** What we send, to the mesh and in words to the visit; again after every reconnect. */
  #sendTracks(): void {
    const { mic, micTrack, camTrack } = this.devices.state.value;
    const screen = this.#screen.value;
    this.#mesh.sendTracks({ audio: micTrack, camera: camTrack, screen });
    if (this.attendance.net.value.at !== "open") {
      this.#told = ""; // a new connection is told anew
      this.#gauge.forget();
    } else this.#tell({ t: "media", mic: mic && micTrack !== undefined, cam: camTrack !== undefined, screen: screen !== undefined });
  }

  #tell(media: Media): void {
    const told = JSON.stringify(media);
    if (told === this.#told) return;
    this.#told = told;
    this.attendance.connection.send(media);
  }

  /** How the connections do: told to the visit (B12), and to oneself when it is one's own that is weak. */
  async #measure(): Promise<void> {
    const samples = await samplesOf(this.#mesh).catch(() => []);
    if (this.#closed || this.attendance.net.peek().at !== "open") return;
    const { tell, weak } = this.#gauge.take(samples, Date.now());
    if (tell) this.attendance.connection.send({ t: "quality", ...tell });
    const links = this.#links.take();
    if (links) this.attendance.connection.send({ t: "ice.report", ...links });
    this.#weak.value = weak;
  }

  async #freshIce(): Promise<void> {
    try {
      this.#mesh.useIce((await this.attendance.connection.request({ t: "get.ice" })).servers);
    } catch {
      // the ones we have do until the next time
    }
  }

  /** Start the clock when others are here and none is connected; stop it when one is. */
  #watchMedia(): (() => void) | undefined {
    this.#version.value;
    const others = presentIn(this.attendance.state.value).filter((one) => one.reachable);
    const connected = others.some(({ seat }) => this.#mesh.remote(seat)?.state === "connected");
    if (others.length === 0 || connected) {
      this.#noMedia.value = false;
      this.#missingSince = 0;
      return undefined;
    }
    this.#missingSince ||= Date.now();
    const timer = setTimeout(() => (this.#noMedia.value = true), Math.max(0, this.#missingSince + NO_MEDIA_MS - Date.now()));
    return () => clearTimeout(timer);
  }

  #state(): SeatState | undefined {
    return this.attendance.state.peek();
  }
}

/** The others in the call who have a browser, and the bridge of those who have a telephone. */
function presentIn(state: SeatState | undefined): readonly Present[] {
  if (!state) return [];
  const browsers = Object.values(state.seats)
    .filter((one) => one.seat !== state.seat && inByBrowser(one))
    .map(({ seat, page = "", link }) => ({ seat, page, reachable: link === "ok" && page !== "" }));
  const page = state.info?.bridge ?? "";
  return page === "" ? browsers : [...browsers, { seat: BRIDGE, page, reachable: true, answersOnly: true }];
}

export function inByBrowser({ standing, how = "browser" }: Participant): boolean {
  return standing === "in" && how !== "phone";
}

function every(ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms);
  return () => clearInterval(timer);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
