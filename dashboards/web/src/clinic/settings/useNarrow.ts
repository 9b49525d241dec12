import { useEffect, useState } from "preact/hooks";

/** As in the style sheets: up to here a page shows one thing at a time. */
const NARROW = "(max-width: 720px)";

/** Whether the window has room for one column only. */
export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const look = () => setNarrow(query.matches);
    query.addEventListener("change", look);
    look();
    return () => query.removeEventListener("change", look);
  }, []);
  return narrow;
}
