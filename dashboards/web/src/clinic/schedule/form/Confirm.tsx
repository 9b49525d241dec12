import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Banner, Button } from "../../../ui/index.ts";
import { clockTime, timeOf } from "../../../ui/time.ts";
import type { Clinic, Provider } from "../../clinic.ts";
import { sentenceOf } from "../../refused.ts";
import type { Checked, Overlap } from "../rest.ts";
import { words } from "../words.ts";
import type { Draft } from "./draft.ts";
import { type Fact, factsOf } from "./facts.ts";

const SHOWN_OVERLAPS = 3;

interface Props {
  draft: Draft;
  /** As it was, of a visit that is edited: what changed is marked. */
  before?: Draft | undefined;
  clinic: Clinic;
  providers: readonly Provider[];
  checked: Checked;
  now: number;
  /** What is to be said after the facts: who is told. */
  children?: ComponentChildren;
  onBack: () => void;
  /** Resolves once it is done; what it rejects with is shown, and can be tried again. */
  onConfirm: () => Promise<void>;
}

/** "Confirm New Visit": every field once more, and what to mind (R6). */
export function Confirm({ draft, before, clinic, providers, checked, now, children, onBack, onConfirm }: Props) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const confirm = async () => {
    if (busy) return;
    setBusy(true);
    setWrong("");
    try {
      await onConfirm();
    } catch (error) {
      setWrong(sentenceOf(error));
      setBusy(false);
    }
  };
  const at = { start: checked.start, end: checked.end, now };
  const old = before && new Map(factsOf(before, clinic, providers, at).map((fact) => [fact.name, fact.lines.join("\n")]));
  return (
    <>
      {/* in a small window it is scrolled, by the keyboard too */}
      <div class="sheet-in" tabIndex={0} role="group" aria-label={before ? words.confirm.editTitle : words.confirm.title}>
        <Warnings checked={checked} draft={draft} clinic={clinic} />
        <dl class="facts">
          {factsOf(draft, clinic, providers, at).map((fact) => (
            <FactLine key={fact.name} fact={fact} changed={old !== undefined && old.get(fact.name) !== fact.lines.join("\n")} />
          ))}
        </dl>
        {children}
      </div>
      <div class="sheet-foot">
        {wrong && (
          <p class="form-wrong" role="alert">
            {wrong}
          </p>
        )}
        <div class="form-acts">
          <Button disabled={busy} onClick={onBack}>
            {words.confirm.back}
          </Button>
          <Button kind="primary" busy={busy} disabled={busy} onClick={confirm}>
            {words.confirm.act}
          </Button>
        </div>
      </div>
    </>
  );
}

function FactLine({ fact, changed }: { fact: Fact; changed: boolean }) {
  return (
    <div class={changed ? "fact fact-changed" : "fact"}>
      <dt>{fact.name}</dt>
      <dd>
        {fact.lines.length === 0 && <span class="soft">{words.confirm.none}</span>}
        {fact.lines.map((line, at) => (
          <span key={at} class={fact.role ? `fact-line role-name role-${fact.role}` : "fact-line"}>
            {line}
          </span>
        ))}
        {changed && <span class="fact-mark">{words.confirm.changed}</span>}
      </dd>
    </div>
  );
}

function overlapLine({ start, end, patient, providers }: Overlap, zone: string): string {
  const span = `${timeOf(start, zone)} – ${timeOf(end, zone)}`;
  const names = providers.map(({ name }) => name);
  return names.length ? words.confirm.overlapWith(span, patient, names) : words.confirm.overlap(span, patient);
}

function Warnings({ checked, draft, clinic }: Pick<Props, "checked" | "draft" | "clinic">) {
  const { overlaps, dst } = checked;
  const rest = overlaps.length - SHOWN_OVERLAPS;
  return (
    <>
      {overlaps.length > 0 && (
        <Banner tone="wait">
          <p>{words.confirm.overlaps(overlaps.length)}</p>
          <ul class="overlaps">
            {overlaps.slice(0, SHOWN_OVERLAPS).map((one) => (
              <li key={one.id}>
                {overlapLine(one, clinic.zone)}
              </li>
            ))}
            {rest > 0 && <li>{words.confirm.moreOverlaps(rest)}</li>}
          </ul>
        </Banner>
      )}
      {dst && !draft.isNow && (
        <Banner tone="wait">
          <p>{dst === "fold" ? words.confirm.fold(clockTime(checked.start, draft.zone)) : words.confirm.gap}</p>
        </Banner>
      )}
    </>
  );
}
