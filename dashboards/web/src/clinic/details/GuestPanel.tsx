import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { UserPlus } from "lucide-preact";
import { Banner, Button, words } from "../../ui/index.ts";
import { clockTime } from "../../ui/time.ts";
import type { Panel, VisitInfo } from "../../wire/index.ts";
import type { Inviter } from "../../visit/inviting.ts";
import { SendInvitation } from "../../visit/SendInvitation.tsx";
import { invite } from "../clinic.ts";
import type { Live } from "../live.ts";
import { sentenceOf } from "../refused.ts";
import { useStaff } from "../staff.ts";
import { adding } from "../visit/open.ts";
import { Access } from "./Access.tsx";

/**
 * Add Participants (R4, R8): the visit's guest link, dial-in number and PIN to hand over, and a form that sends them.
 *
 * It opens with the keyboard in the form, so that one types at once; not on a touch screen, whose keyboard would hide the link.
 */
export function GuestPanel({ visit }: { visit: VisitInfo }) {
  const { live } = useStaff();
  const inviter = useMemo(() => byStaff(live, visit.visit), [live, visit.visit]);
  const open = adding.value === visit.visit;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!open) return;
    const first = matchMedia("(pointer: fine)").matches ? ".chip-input" : "button";
    box.current?.querySelector<HTMLElement>(first)?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: "start" });
  }, [open]);
  return (
    <section ref={box} class="details-part" aria-labelledby="add-participants">
      <h3 id="add-participants">
        <Button
          size="dense"
          kind={open ? "quiet" : "primary"}
          icon={UserPlus}
          aria-expanded={open}
          onClick={() => {
            adding.value = open ? "" : visit.visit;
          }}
        >
          {words.panel.title}
        </Button>
      </h3>
      {open && (
        <>
          <Shared visit={visit} inviter={inviter} />
          <SendInvitation inviter={inviter} staff />
        </>
      )}
    </section>
  );
}

/** Staff invite without being in the call. */
function byStaff(live: Live, visit: string): Inviter {
  return {
    panel: () => live.ask({ t: "get.panel", visit }),
    send: (recipient, op) => invite(visit, recipient, op),
  };
}

/** What everyone may share; its place is kept while it is asked for. */
function Shared({ visit, inviter }: { visit: VisitInfo; inviter: Inviter }) {
  const panel = useSignal<Panel | null>(null);
  const refused = useSignal("");
  useEffect(() => {
    inviter.panel().then(
      (answer) => {
        panel.value = answer;
      },
      (error: unknown) => {
        refused.value = sentenceOf(error);
      },
    );
  }, [inviter]);
  if (refused.value) return <Banner tone="wait">{refused.value}</Banner>;
  if (!panel.value) return <div class="bone bone-access" />;
  const { link, number, pin, others } = panel.value;
  return (
    <div class="shared-access">
      <p class="soft">{words.panel.why}</p>
      <Access link={link} number={number} pin={pin} others={others ?? []} />
      <p class="soft figures">{words.panel.until(clockTime(visit.lapses_at, visit.zone))}</p>
    </div>
  );
}
