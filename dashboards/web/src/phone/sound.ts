/** Ear and mouth of the telephone in the browser: the audio thread, the microphone, and the tones of the keys. */

import type { Speaker } from "./stream.ts";

interface FromLine {
  readonly voice?: Float32Array;
  readonly mark?: string;
}

/** Frequencies of a key's two tones (ITU-T Q.23). */
const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477] as const;
const KEYS = "123456789*0#";
const TONE_SECONDS = 0.12;
const TONE_LOUDNESS = 0.08;

/** Opens with a click of the person's, as browsers want it; close it after the call. */
export class Sound implements Speaker {
  onVoice: (samples: Float32Array) => void = () => undefined;
  onMark: (name: string) => void = () => undefined;
  readonly #context: AudioContext;
  readonly #line: AudioWorkletNode;
  #microphone: MediaStream | undefined;

  private constructor(context: AudioContext, line: AudioWorkletNode) {
    this.#context = context;
    this.#line = line;
    line.connect(context.destination);
    line.port.onmessage = ({ data }: MessageEvent<FromLine>) => {
      if (data.voice) this.onVoice(data.voice);
      if (data.mark !== undefined) this.onMark(data.mark);
    };
  }

  /** Start the sound, without a microphone so far. */
  static async open(): Promise<Sound> {
    const context = new AudioContext({ latencyHint: "interactive" });
    await context.audioWorklet.addModule("/static/phone-line.js");
    const line = new AudioWorkletNode(context, "phone-line", {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      outputChannelCount: [1],
    });
    return new Sound(context, line);
  }

  /** Ask for the microphone; false when there is none, or it is not allowed. */
  async listen(): Promise<boolean> {
    try {
      this.#microphone = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
      });
      this.#context.createMediaStreamSource(this.#microphone).connect(this.#line);
      return true;
    } catch {
      return false; // not allowed, not there, or of a rate that this browser does not mix
    }
  }

  play(samples: Float32Array): void {
    this.#line.port.postMessage({ sound: samples });
  }

  mark(name: string): void {
    this.#line.port.postMessage({ mark: name });
  }

  clear(): void {
    this.#line.port.postMessage({ clear: true });
  }

  /** Let a key be heard in this room; the other side is told by a message. */
  tone(digit: string): void {
    const at = KEYS.indexOf(digit);
    const loudness = new GainNode(this.#context, { gain: TONE_LOUDNESS });
    loudness.connect(this.#context.destination);
    for (const frequency of [ROWS[Math.floor(at / 3)], COLUMNS[at % 3]]) {
      const tone = new OscillatorNode(this.#context, { frequency: frequency ?? 0 });
      tone.connect(loudness);
      tone.start();
      tone.stop(this.#context.currentTime + TONE_SECONDS);
    }
  }

  /** Give the microphone back, and be silent. */
  async close(): Promise<void> {
    for (const track of this.#microphone?.getTracks() ?? []) track.stop();
    await this.#context.close();
  }
}
