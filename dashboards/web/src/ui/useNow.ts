import { useEffect, useState } from "preact/hooks";
import { clock } from "../wire/clock.ts";

/** The server's time, ms since 1970, fresh every `everyMs`: for "waiting 6 min". */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(clock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(clock.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
