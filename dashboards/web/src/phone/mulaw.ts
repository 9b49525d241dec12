/** Mu-law, as telephones speak it (ITU-T G.711): a byte a sample, from and to samples between -1 and 1. */

const BIAS = 0x84;
const CLIP = 32635;

function encoded(sample: number): number {
  const linear = Math.round(Math.max(-1, Math.min(1, sample)) * 32767);
  const sign = linear < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(linear), CLIP) + BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

function decoded(byte: number): number {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + BIAS) << ((code >> 4) & 7)) - BIAS;
  return (code & 0x80 ? -magnitude : magnitude) / 32768;
}

const SAMPLES = Float32Array.from({ length: 256 }, (_, byte) => decoded(byte));

/** Write samples as mu-law. */
export function encode(samples: Float32Array): Uint8Array {
  return Uint8Array.from(samples, encoded);
}

/** Read mu-law as samples. */
export function decode(sound: Uint8Array): Float32Array {
  return Float32Array.from(sound, (byte) => SAMPLES[byte] ?? 0);
}

/** Spell bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Read base64. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
