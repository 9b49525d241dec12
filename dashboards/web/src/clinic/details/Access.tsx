import { useState } from "preact/hooks";
import { Phone, QrCode, Video } from "lucide-preact";
import { Button, CopyButton, Icon, words } from "../../ui/index.ts";
import { Qr } from "../../ui/Qr.tsx";
import { pinGroups } from "../../ui/time.ts";
import { dialled } from "../../visit/dialled.ts";

interface Props {
  link: string;
  /** As people read it; "" when the clinic has none. */
  number: string;
  /** Ten digits. */
  pin: string;
}

interface AccessProps extends Props {
  /** The clinic's numbers in other countries, as people read them. */
  others?: readonly string[];
}

/** A link, a dial-in number and a PIN to hand over, each to copy, and as codes (R3, R4). */
export function Access({ link, number, pin, others = [] }: AccessProps) {
  const [coded, setCoded] = useState(false);
  const all = number ? words.panel.all(link, number, pinGroups(pin)) : words.panel.byLink(link);
  return (
    <div class="access">
      <dl class="access-list">
        <dt>
          <Icon of={Video} size={16} /> {words.panel.link}
          <span class="soft">{words.panel.linkFor}</span>
        </dt>
        <dd>
          <span class="access-link">{link}</span>
          <CopyButton size="dense" text={link}>
            {words.panel.copyLink}
          </CopyButton>
        </dd>
        <dt>
          <Icon of={Phone} size={16} /> {words.panel.number}
          <span class="soft">{words.panel.numberFor}</span>
        </dt>
        {number ? (
          <dd>
            <span class="access-digits figures">{number}</span>
            <CopyButton size="dense" text={number}>
              {words.panel.copyNumber}
            </CopyButton>
          </dd>
        ) : (
          <dd class="soft">{words.panel.noNumber}</dd>
        )}
        {others.length > 0 && <dd class="soft figures">{words.panel.others(others.join(" · "))}</dd>}
        {number && (
          <>
            <dt>{words.panel.pin}</dt>
            <dd>
              <span class="access-digits figures">{pinGroups(pin)}</span>
              <CopyButton size="dense" text={pin}>
                {words.panel.copyPin}
              </CopyButton>
            </dd>
          </>
        )}
      </dl>
      <div class="access-acts">
        <CopyButton size="dense" text={all}>
          {words.panel.copyAll}
        </CopyButton>
        <Button size="dense" icon={QrCode} aria-expanded={coded} onClick={() => setCoded(!coded)}>
          {coded ? words.panel.hideQr : words.panel.showQr}
        </Button>
      </div>
      {coded && <Codes link={link} number={number} pin={pin} />}
    </div>
  );
}

/** Both ways in as codes for a telephone's camera; the second one calls and types the PIN by itself. */
function Codes({ link, number, pin }: Props) {
  return (
    <div class="access-codes">
      <figure>
        <Qr text={link} label={words.panel.qr} />
        <figcaption class="soft">{words.panel.qrJoin}</figcaption>
      </figure>
      {number && (
        <figure>
          <Qr text={dialled(number, pin)} label={words.panel.qrPhone} />
          <figcaption class="soft">{words.panel.qrCall}</figcaption>
        </figure>
      )}
    </div>
  );
}
