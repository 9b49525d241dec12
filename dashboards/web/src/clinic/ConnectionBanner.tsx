import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { Banner, Button } from "../ui/index.ts";
import { goodbyeText } from "../ui/refusals.ts";
import { sentenceOf } from "./refused.ts";
import { useStaff } from "./staff.ts";
import { words } from "./words.ts";

/** A connection that comes back within this time was hardly gone: nobody needs to read of it. */
const PATIENCE_MS = 1500;

/** Says that what the page shows may be old, while it may be, and what can be done. */
export function ConnectionBanner() {
  const { live } = useStaff();
  const offline = useOffline();
  const missed = useSignal(false);
  const { value: state } = live.state;
  const isLost = offline || state.at === "lost" || (state.at === "connecting" && state.attempt > 0);
  useEffect(() => {
    if (!isLost) {
      missed.value = false;
      return;
    }
    const timer = setTimeout(() => {
      missed.value = true;
    }, PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isLost]);
  if (state.at === "over" && state.over.by !== "us") {
    const why = state.over.by === "refused" ? sentenceOf(state.over.refusal) : state.over.by === "bye" ? goodbyeText(state.over.bye.code, state.over.bye.message) : "";
    return (
      <div class="page-banner">
        <Banner tone="lost" live>
          {why || words.connection.over}{" "}
          <Button size="dense" onClick={() => live.start()}>
            {words.connection.connect}
          </Button>
        </Banner>
      </div>
    );
  }
  if (!missed.value && live.known.value) return null;
  const { unsure, offline: gone, lost } = words.connection;
  return (
    <div class="page-banner">
      <Banner tone="wait" live>
        {!missed.value ? unsure : offline ? gone : lost}
      </Banner>
    </div>
  );
}

function useOffline(): boolean {
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return offline;
}
