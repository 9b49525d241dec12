/** Nobody listens unnoticed: who comes, waits, goes is shown, read out, and heard as a short tone (D13). */

import { useEffect } from "preact/hooks";
import { toast, words } from "../ui/index.ts";
import { chime } from "../visit/sound.ts";
import { announced, type Why } from "../wire/index.ts";
import type { Call } from "./call.ts";

type Said = readonly [text: (name: string) => string, tone: "comes" | "goes" | ""];

const c = words.call;
const SAID: Partial<Record<Why, Said>> = {
  joined: [c.joined, "comes"],
  admitted: [c.joined, "comes"],
  waiting: [c.waits, "comes"],
  left: [c.left, "goes"],
  removed: [c.removedOne, "goes"],
  lost: [c.lostOne, ""],
  back: [c.backOne, ""],
};

export function useAnnouncements(call: Call): void {
  useEffect(() => {
    const { attendance, devices } = call;
    return attendance.listen((message) => {
      const news = announced(message, attendance.state.peek()?.seat ?? "");
      const said = news && SAID[news.why];
      if (!news || !said) return;
      const [text, tone] = said;
      toast(text(news.seat.name));
      if (tone) chime(tone, devices.state.peek().speakerId);
    });
  }, [call]);
}
