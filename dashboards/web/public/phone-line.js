// The audio thread of the telephone in the browser: between the device's rate and a telephone's 8 kHz.
// From the page: { sound: Float32Array }, { mark }, { clear }. To the page: { voice: Float32Array(160) }, { mark }.

const RATE = 8000;
const FRAME = 160;

class PhoneLine extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = RATE / sampleRate;
    this.queue = []; // sounds and marks, in order
    this.at = 0; // where in the first sound we are, in samples of 8 kHz
    this.voice = new Float32Array(FRAME);
    this.filled = 0;
    this.sum = 0;
    this.count = 0;
    this.phase = 0;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take(message) {
    if (!message.clear) {
      this.queue.push(message);
      return;
    }
    const marks = this.queue.filter((one) => one.mark !== undefined);
    this.queue = [];
    this.at = 0;
    for (const { mark } of marks) this.port.postMessage({ mark });
  }

  process([input], [output]) {
    if (input[0]) this.hear(input[0]);
    this.say(output[0]);
    return true;
  }

  // what the device hears, averaged down to 8 kHz
  hear(samples) {
    for (const sample of samples) {
      this.sum += sample;
      this.count += 1;
      this.phase += this.step;
      if (this.phase < 1) continue;
      this.phase -= 1;
      this.voice[this.filled++] = this.sum / this.count;
      this.sum = this.count = 0;
      if (this.filled === FRAME) {
        this.port.postMessage({ voice: this.voice.slice() });
        this.filled = 0;
      }
    }
  }

  // what is played, drawn straight from one sample to the next
  say(samples) {
    for (let i = 0; i < samples.length; i++) {
      samples[i] = this.next();
    }
  }

  next() {
    while (this.queue.length > 0) {
      const first = this.queue[0];
      if (first.mark !== undefined) {
        this.port.postMessage({ mark: first.mark });
        this.queue.shift();
        continue;
      }
      const { sound } = first;
      const whole = Math.floor(this.at);
      if (whole < sound.length) {
        const here = sound[whole];
        const after = whole + 1 < sound.length ? sound[whole + 1] : here;
        const value = here + (after - here) * (this.at - whole);
        this.at += this.step;
        return value;
      }
      this.at -= sound.length;
      this.queue.shift();
    }
    this.at = 0;
    return 0;
  }
}

registerProcessor("phone-line", PhoneLine);
