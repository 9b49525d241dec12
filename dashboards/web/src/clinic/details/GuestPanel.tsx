import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { UserPlus } from "lucide-preact";
import { Banner, Button } from "../../ui/index.ts";
import { clockTime } from "../../ui/time.ts";
import type { Panel, VisitInfo } from "../../wire/index.ts";
import { sentenceOf } from "../refused.ts";
import { useStaff } from "../staff.ts";
import { adding } from "../visit/open.ts";
import { words } from "../words.ts";
import { Access } from "./Access.tsx";

/** Add Participants: the visit's guest link, dial-in number and PIN, shown when asked for (R4, R8). */
export function GuestPanel({ visit }: { visit: VisitInfo }) {
  const open = adding.value === visit.visit;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!open) return;
    box.current?.scrollIntoView({ block: "nearest" });
    box.current?.querySelector<HTMLElement>("button")?.focus();
  }, [open]);
  return (
    <section ref={box} class="details-part" aria-labelledby="add-participants">
      <h3 id="add-participants">
        <Button
          size="dense"
          icon={UserPlus}
          aria-expanded={open}
          onClick={() => {
            adding.value = open ? "" : visit.visit;
          }}
        >
          {words.panel.title}
        </Button>
      </h3>
      {open && <Shown visit={visit} />}
    </section>
  );
}

function Shown({ visit }: { visit: VisitInfo }) {
  const { live } = useStaff();
  const panel = useSignal<Panel | null>(null);
  const refused = useSignal("");
  useEffect(() => {
    live.ask({ t: "get.panel", visit: visit.visit }).then(
      (answer) => {
        panel.value = answer;
      },
      (error: unknown) => {
        refused.value = sentenceOf(error);
      },
    );
  }, [live, visit.visit]);
  if (refused.value) return <Banner tone="wait">{refused.value}</Banner>;
  if (!panel.value) return <div class="bone bone-panel" />;
  const { link, number, pin } = panel.value;
  return (
    <>
      <p class="soft">{words.panel.why}</p>
      <Access link={link} number={number} pin={pin} />
      <p class="soft figures">{words.panel.until(clockTime(visit.lapses_at, visit.zone))}</p>
    </>
  );
}
