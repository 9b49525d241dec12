import { useEffect, useState } from "preact/hooks";
import { CopyButton, time, words } from "../ui/index.ts";
import { Qr } from "../ui/Qr.tsx";
import { Refused } from "../wire/refusal.ts";
import type { Connection } from "../wire/connection.ts";
import type { Panel as PanelFacts } from "../wire/messages.ts";
import { said } from "./said.ts";

interface Props {
  connection: Connection;
  zone: string;
}

/** The link, the number and the PIN to pass on (R4, R7). */
export function Panel({ connection, zone }: Props) {
  const [facts, setFacts] = useState<PanelFacts>();
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    connection.request({ t: "get.panel" }).then(setFacts, (error: Refused) => setWrong(said(error)));
  }, [connection]);
  if (wrong) return <p role="alert">{wrong}</p>;
  if (!facts) return <div class="panel panel-empty" aria-busy="true" />;
  return <PanelView facts={facts} zone={zone} />;
}

export function PanelView({ facts: { link, number, pin, expires_at }, zone }: { facts: PanelFacts; zone: string }) {
  const p = words.panel;
  const grouped = time.pinGroups(pin);
  return (
    <div class="panel">
      <p class="soft">{p.intro}</p>
      <section class="panel-part">
        <h3>{p.link}</h3>
        <p class="soft">{p.linkFor}</p>
        <p class="panel-link">{link}</p>
        <CopyButton text={link}>{p.copyLink}</CopyButton>
        <Qr text={link} label={p.qr} />
        <p class="soft">{p.scan}</p>
      </section>
      {number && (
        <section class="panel-part">
          <h3>{p.number}</h3>
          <p class="soft">{p.numberFor}</p>
          <p class="panel-figure figures">{number}</p>
          <p class="figures">
            {p.pin} <strong class="panel-figure">{grouped}</strong>
          </p>
          <CopyButton text={p.numberAndPin(number, grouped)}>{p.copyNumber}</CopyButton>
        </section>
      )}
      <p class="soft">{p.until(time.clockTime(expires_at, zone))}</p>
    </div>
  );
}
