/** Whether the window is as narrow as a phone's: there is room for one day. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const NARROW = matchMedia("(max-width: 720px)");

export function useNarrow(): ReadonlySignal<boolean> {
  const narrow = useSignal(NARROW.matches);
  useEffect(() => {
    const look = () => {
      narrow.value = NARROW.matches;
    };
    NARROW.addEventListener("change", look);
    return () => NARROW.removeEventListener("change", look);
  }, []);
  return narrow;
}
