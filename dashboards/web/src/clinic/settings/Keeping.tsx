import { useState } from "preact/hooks";
import { AskFirst } from "../../ui/index.ts";
import { words } from "../words.ts";
import { RETENTION } from "./figures.ts";
import { Part, WholeNumber } from "./parts.tsx";
import type { SectionProps } from "./Settings.tsx";

interface Asked {
  readonly days: number;
  readonly answer: (yes: boolean) => void;
}

/** For how long visits are kept. A shorter time deletes visits, so it asks first. */
export function Keeping(props: SectionProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const s = words.settings;
  const sure = (days: number) => {
    if (days >= props.clinic.retention_days) return Promise.resolve(true);
    return new Promise<boolean>((resolve) => {
      const answer = (yes: boolean) => {
        setAsked(null);
        resolve(yes);
      };
      setAsked({ days, answer });
    });
  };
  return (
    <Part title={s.keep}>
      <WholeNumber {...props} of="retention_days" range={RETENTION} label={s.retention} why={s.retentionMore} bad={s.retentionBad} sure={sure} />
      {asked && (
        <AskFirst title={s.shorten} act={s.shortenAct} onAct={() => asked.answer(true)} onClose={() => asked.answer(false)}>
          <p>{s.shortenText(asked.days)}</p>
        </AskFirst>
      )}
    </Part>
  );
}
