import { useEffect, useState } from "preact/hooks";
import { QrCode } from "lucide-preact";
import { Button, CopyButton, time, words } from "../ui/index.ts";
import { Qr } from "../ui/Qr.tsx";
import type { Panel as PanelFacts } from "../wire/messages.ts";
import type { Inviter } from "./inviting.ts";
import { said } from "./said.ts";

interface Props {
  inviter: Inviter;
  zone: string;
}

/** The link, the number and the PIN to pass on (R4, R7). */
export function Panel({ inviter, zone }: Props) {
  const [facts, setFacts] = useState<PanelFacts>();
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    inviter.panel().then(setFacts, (error: unknown) => setWrong(said(error)));
  }, [inviter]);
  if (wrong) return <p role="alert">{wrong}</p>;
  if (!facts) return <div class="panel panel-empty" aria-busy="true" />;
  return <PanelView facts={facts} zone={zone} />;
}

function PanelView({ facts: { link, number, pin, expires_at }, zone }: { facts: PanelFacts; zone: string }) {
  const p = words.panel;
  const grouped = time.pinGroups(pin);
  return (
    <div class="panel">
      <p class="soft">{p.intro}</p>
      <section class="panel-part">
        <h3>{p.link}</h3>
        <p class="soft">{p.linkFor}</p>
        <p class="panel-link">{link}</p>
        <div class="panel-acts">
          <CopyButton text={link}>{p.copyLink}</CopyButton>
          <Code link={link} />
        </div>
      </section>
      {number && (
        <section class="panel-part">
          <h3>{p.number}</h3>
          <p class="soft">{p.numberFor}</p>
          <p class="panel-figure figures">{number}</p>
          <p class="figures">
            {p.pin} <strong class="panel-figure">{grouped}</strong>
          </p>
          <CopyButton text={p.numberAndPin(number, grouped)}>{p.copyBoth}</CopyButton>
        </section>
      )}
      <p class="soft">{p.until(time.clockTime(expires_at, zone))}</p>
    </div>
  );
}

/** The link for a telephone's camera, shown when asked for: it is large, and most people copy. */
function Code({ link }: { link: string }) {
  const [shown, setShown] = useState(false);
  return (
    <>
      <Button icon={QrCode} aria-expanded={shown} onClick={() => setShown(!shown)}>
        {shown ? words.panel.hideQr : words.panel.showQr}
      </Button>
      {shown && (
        <div class="panel-code">
          <Qr text={link} label={words.panel.qr} />
          <p class="soft">{words.panel.scan}</p>
        </div>
      )}
    </>
  );
}
