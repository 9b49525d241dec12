import { useEffect, useState } from "preact/hooks";
import { loudness, meter } from "../visit/sound.ts";
import type { Participant } from "../wire/messages.ts";
import type { Call } from "./call.ts";

const EVERY_MS = 200;
/** A ring that goes out between two words is unrest. */
const HOLD_MS = 700;
const LOUD = 0.35;

/** The seats that speak now, oneself included, by how loud they are. */
export function useSpeaking(call: Call, others: readonly Participant[]): ReadonlySet<string> {
  const [speaking, setSpeaking] = useState<ReadonlySet<string>>(NOBODY);
  const { micTrack, mic } = call.devices.state.value;
  const self = call.attendance.state.value?.seat ?? "";
  const seats = others.map((one) => one.seat).join(" ");
  const phones = call.phonesSpeaking.value;
  useEffect(() => {
    const heard = new Map<string, number>();
    const note = (seat: string, level: number) => level > LOUD && heard.set(seat, Date.now());
    const stopMeter = micTrack && mic ? meter(micTrack, (level) => note(self, level)) : undefined;
    const timer = setInterval(() => {
      for (const seat of seats.split(" ")) note(seat, loudness(call.level(seat)));
      const now = new Set([...heard].filter(([, at]) => Date.now() - at < HOLD_MS).map(([seat]) => seat));
      setSpeaking((before) => (same(before, now) ? before : now));
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      stopMeter?.();
    };
  }, [call, seats, micTrack, mic, self]);
  return phones.size === 0 ? speaking : new Set([...speaking, ...phones]);
}

const NOBODY: ReadonlySet<string> = new Set();

function same(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one));
}
