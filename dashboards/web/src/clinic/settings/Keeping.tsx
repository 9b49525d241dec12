import { useState } from "preact/hooks";
import { AskFirst } from "../../ui/index.ts";
import { words } from "../words.ts";
import { TextSetting } from "./controls.tsx";
import { RETENTION } from "./figures.ts";
import type { SectionProps } from "./Settings.tsx";
import { within } from "./Times.tsx";

interface Asked {
  readonly days: number;
  readonly answer: (yes: boolean) => void;
}

/** For how long visits are kept. A shorter time deletes visits, so it asks first. */
export function Keeping({ clinic, save }: SectionProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const sure = (days: number) =>
    new Promise<boolean>((resolve) => {
      setAsked({
        days,
        answer: (yes) => {
          setAsked(null);
          resolve(yes);
        },
      });
    });
  return (
    <section aria-labelledby="set-keep">
      <h3 id="set-keep">{words.settings.keep}</h3>
      <TextSetting
        label={words.settings.retention}
        why={words.settings.retentionMore}
        value={String(clinic.retention_days)}
        type="number"
        check={within(RETENTION, words.settings.retentionBad)}
        save={async (text) => {
          const days = Number(text);
          if (days < clinic.retention_days && !(await sure(days))) return false;
          return save({ retention_days: days });
        }}
      />
      {asked && (
        <AskFirst
          title={words.settings.shorten}
          act={words.settings.shortenAct}
          onAct={() => asked.answer(true)}
          onClose={() => asked.answer(false)}
        >
          <p>{words.settings.shortenText(asked.days)}</p>
        </AskFirst>
      )}
    </section>
  );
}
