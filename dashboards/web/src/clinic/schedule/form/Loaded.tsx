import type { VNode } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { type Clinic, listStaff, type Provider, readClinic, readVisit, type Visit } from "../../clinic.ts";
import { sentenceOf } from "../../refused.ts";
import { words } from "../words.ts";
import { Sheet } from "./Sheet.tsx";

interface Known {
  readonly clinic: Clinic;
  readonly providers: readonly Provider[];
  /** The visit that was asked for. */
  readonly visit?: Visit | undefined;
}

interface Props {
  title: string;
  visit?: string;
  onClose: () => void;
  children: (known: Known) => VNode | null;
}

/** Asks for what the form needs to know, and shows the sheet meanwhile. */
export function Loaded({ title, visit, onClose, children }: Props) {
  const [known, setKnown] = useState<Known | null>(null);
  const [refused, setRefused] = useState("");
  useEffect(() => {
    Promise.all([readClinic(), listStaff(), visit ? readVisit(visit) : undefined]).then(
      ([clinic, staff, read]) => setKnown({ clinic, providers: staff.filter(({ role }) => role === "provider"), visit: read }),
      (error: unknown) => setRefused(sentenceOf(error)),
    );
  }, [visit]);
  const content = useMemo(() => known && children(known), [known]); // the form begins once, with what was known then
  if (content) return content;
  return (
    <Sheet title={title} onClose={onClose}>
      <div class="sheet-in">{refused ? <p role="alert">{refused}</p> : <div class="bone bone-form" aria-label={words.form.loading} />}</div>
    </Sheet>
  );
}
