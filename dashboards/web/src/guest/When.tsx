import { CalendarClock } from "lucide-preact";
import type { Door } from "../wire/messages.ts";
import { Icon, time, useNow } from "../ui/index.ts";

const FRESH_MS = 10_000;

/** When the visit is, in the clinic's zone, how long, and when near how near (D9, D12). */
export function When({ door: { start, end, zone } }: { door: Pick<Door, "start" | "end" | "zone"> }) {
  const now = useNow(FRESH_MS);
  const near = start > now ? time.near(start, now) : "";
  return (
    <p class="when">
      <Icon of={CalendarClock} />
      <span>
        <span class="when-day">{time.dayAndTime(start, now, zone)}</span>
        {time.length(start, end)}
        {near && (
          <>
            {" · "}
            <strong class="when-near">{near}</strong>
          </>
        )}
      </span>
    </p>
  );
}
