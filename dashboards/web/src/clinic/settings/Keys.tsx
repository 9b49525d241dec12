import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { KeyRound } from "lucide-preact";
import { AskFirst, Banner, Button, CopyButton, Field, toast } from "../../ui/index.ts";
import { focusOnce } from "../focus.ts";
import { sentenceOf } from "../refused.ts";
import { useRun } from "../staff.ts";
import { dayText } from "../times.ts";
import { words } from "../words.ts";
import { dayOf } from "../day.ts";
import { AddAtTop, useAdding } from "./AddAtTop.tsx";
import { type KeyInfo, listKeys, withdrawKey } from "./ask.ts";
import { NewKey } from "./NewKey.tsx";
import type { SectionProps } from "./Settings.tsx";

/** The scope that only an operator gives and takes: without its key nobody gets in by telephone. */
const OPERATORS = "dialin";

/** A key that was just made; its text is shown this once. */
export interface MadeKey {
  readonly name: string;
  readonly key: string;
}

/** Keys for programs of the clinic's. */
export function Keys({ clinic }: SectionProps) {
  const keys = useSignal<readonly KeyInfo[] | null>(null);
  const refused = useSignal("");
  const adding = useAdding<MadeKey>();
  const read = async () => {
    try {
      keys.value = await listKeys();
    } catch (error) {
      refused.value = sentenceOf(error);
    }
  };
  useEffect(() => void read(), []);
  if (refused.value) return <Banner tone="lost">{refused.value}</Banner>;
  if (!keys.value) return <div class="bone bone-form" role="status" aria-label={words.keysPage.loading} />;
  return (
    <section>
      <p class="soft">{words.keysPage.why}</p>
      <AddAtTop
        adding={adding}
        icon={KeyRound}
        act={words.keysPage.add}
        form={() => (
          <NewKey
            onMade={(made) => {
              adding.show(made);
              void read();
            }}
            onClose={adding.close}
          />
        )}
        made={(made) => <Once made={made} onDone={adding.close} />}
      />
      {keys.value.length === 0 && <p>{words.keysPage.none}</p>}
      <ul class="members" aria-label={words.keysPage.list}>
        {keys.value.map((key) => (
          <KeyLine key={key.id} known={key} zone={clinic.zone} onGone={() => void read()} />
        ))}
      </ul>
    </section>
  );
}

function Once({ made, onDone }: { made: MadeKey; onDone: () => void }) {
  return (
    <div class="settings-card form">
      <h3 tabIndex={-1} ref={focusOnce}>
        {words.keysPage.ready(made.name)}
      </h3>
      <p>{words.keysPage.once}</p>
      <Field label={words.keysPage.key} readOnly value={made.key} onFocus={(event) => event.currentTarget.select()} />
      <div class="form-acts">
        <CopyButton size="dense" text={made.key}>
          {words.keysPage.copy}
        </CopyButton>
        <Button size="dense" onClick={onDone}>
          {words.keysPage.done}
        </Button>
      </div>
    </div>
  );
}

function KeyLine({ known, zone, onGone }: { known: KeyInfo; zone: string; onGone: () => void }) {
  const [asking, setAsking] = useState(false);
  const { busy, run } = useRun();
  const isOperators = known.scopes.includes(OPERATORS);
  const withdraw = async () => {
    const done = await run(() => withdrawKey(known.id));
    if (!done) return;
    setAsking(false);
    toast(words.keysPage.withdrawn(known.name));
    onGone();
  };
  return (
    <li class="member member-key">
      <div class="member-who">
        <span class="strong">{known.name}</span>
        <span class="soft">{known.scopes.map(scopeText).join(" · ")}</span>
        {isOperators && <span class="soft">{words.keysPage.operators}</span>}
      </div>
      <span class="soft member-state">{words.keysPage.made(dayText(dayOf(known.created_at, zone)))}</span>
      {!isOperators && (
        <Button
          size="dense"
          kind="plain"
          class="button-warn"
          aria-label={words.keysPage.withdrawName(known.name)}
          onClick={() => setAsking(true)}
        >
          {words.keysPage.withdraw}
        </Button>
      )}
      {asking && (
        <AskFirst
          title={words.keysPage.withdrawTitle(known.name)}
          act={words.keysPage.withdraw}
          busy={busy}
          onAct={() => void withdraw()}
          onClose={() => setAsking(false)}
        >
          <p>{words.keysPage.withdrawText}</p>
        </AskFirst>
      )}
    </li>
  );
}

/** A scope in words; one that this page does not know is shown as it is. */
function scopeText(scope: string): string {
  return (words.keysPage.scope as Readonly<Record<string, string>>)[scope] ?? scope;
}
