/** Sounds made here, so that nothing is loaded: the speaker's test, and short tones when somebody comes or goes. */

let context: AudioContext | undefined;

/** The page's one audio context; browsers start it only after a click, so it is woken each time. */
export function audioContext(): AudioContext | undefined {
  try {
    context ??= new AudioContext();
  } catch {
    return undefined; // a page without sound is still a page
  }
  if (context.state === "suspended") void context.resume().catch(() => undefined);
  return context;
}

interface Note {
  readonly hertz: number;
  readonly at: number;
  readonly seconds: number;
}

const COMES: readonly Note[] = [
  { hertz: 523, at: 0, seconds: 0.12 },
  { hertz: 784, at: 0.1, seconds: 0.18 },
];
const GOES: readonly Note[] = [
  { hertz: 587, at: 0, seconds: 0.12 },
  { hertz: 392, at: 0.1, seconds: 0.18 },
];
const TEST: readonly Note[] = [
  { hertz: 523, at: 0, seconds: 0.35 },
  { hertz: 659, at: 0.3, seconds: 0.35 },
  { hertz: 784, at: 0.6, seconds: 0.6 },
];
const QUIET = 0.06;
const LOUD = 0.2;

/** A short tone: up when somebody comes or waits, down when they go. */
export function chime(kind: "comes" | "goes", speakerId = ""): void {
  void play(kind === "comes" ? COMES : GOES, QUIET, speakerId);
}

/** Play the speaker's test on the chosen speaker; resolves when it is over. */
export function testSound(speakerId: string): Promise<void> {
  return play(TEST, LOUD, speakerId);
}

async function play(notes: readonly Note[], volume: number, speakerId: string): Promise<void> {
  const audio = audioContext();
  if (!audio) return;
  const out = audio.createMediaStreamDestination();
  const element = new Audio();
  element.srcObject = out.stream;
  await useSpeaker(element, speakerId);
  for (const note of notes) strike(audio, out, note, volume);
  const last = Math.max(...notes.map((note) => note.at + note.seconds));
  await element.play().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, last * 1000 + 200));
  element.srcObject = null;
}

function strike(audio: AudioContext, out: AudioNode, { hertz, at, seconds }: Note, volume: number): void {
  const start = audio.currentTime + 0.05 + at;
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  tone.frequency.value = hertz;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume, start + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + seconds);
  tone.connect(gain).connect(out);
  tone.start(start);
  tone.stop(start + seconds);
}

/** Play an element on the chosen speaker, where the browser can. */
export async function useSpeaker(element: HTMLMediaElement, speakerId: string): Promise<void> {
  const choosable = element as HTMLMediaElement & { setSinkId?: (id: string) => Promise<void>; sinkId?: string };
  if (!choosable.setSinkId || choosable.sinkId === speakerId) return;
  await choosable.setSinkId(speakerId).catch(() => undefined);
}

/** Whether this browser lets one choose the speaker. */
export const speakersChoosable = typeof HTMLMediaElement !== "undefined" && "setSinkId" in HTMLMediaElement.prototype;

/** Measure how loud a track is, 0 to 1, about 15 times a second. Returns what stops it. */
export function meter(track: MediaStreamTrack, onLevel: (level: number) => void): () => void {
  const audio = audioContext();
  if (!audio) return () => undefined;
  const source = audio.createMediaStreamSource(new MediaStream([track]));
  const analyser = audio.createAnalyser();
  analyser.fftSize = 512;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const wake = () => void audioContext();
  document.addEventListener("pointerdown", wake);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    onLevel(loudness(Math.sqrt(power)));
  }, 66);
  return () => {
    clearInterval(timer);
    document.removeEventListener("pointerdown", wake);
    source.disconnect();
  };
}

/** From an amplitude to how loud it seems: -50 dB is 0, -10 dB is 1. */
export function loudness(amplitude: number): number {
  const decibels = 20 * Math.log10(Math.max(amplitude, 1e-6));
  return Math.min(1, Math.max(0, (decibels + 50) / 40));
}
