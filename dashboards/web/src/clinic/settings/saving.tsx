/** How a setting saves itself: what was changed stands at once, "Saved" follows, and a refusal is said beside it. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CircleAlert, CircleCheck } from "lucide-preact";
import { announce, Icon } from "../../ui/index.ts";
import { Refused } from "../../wire/index.ts";
import { fieldTexts } from "../../ui/refusals.ts";
import { sentenceOf } from "../refused.ts";
import { words } from "../words.ts";

export type Saving = { readonly at: "idle" | "saving" | "saved" } | { readonly at: "refused"; readonly why: string };

/** Saves one thing; resolves to whether it stands, false when somebody thought better of it. Rejects with `Refused`. */
export type Save<Value> = (value: Value) => Promise<boolean>;

const SHOWN_MS = 3000;

/** Save, and tell how far it is. "Saved" goes away after a while; why it was refused stays until the next try. */
export function useSaving(): [Saving, (save: () => Promise<boolean>) => Promise<boolean>] {
  const [saving, setSaving] = useState<Saving>({ at: "idle" });
  const last = useRef(0);
  useEffect(() => {
    if (saving.at !== "saved") return;
    const timer = setTimeout(() => setSaving({ at: "idle" }), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [saving]);
  const run = async (save: () => Promise<boolean>) => {
    last.current += 1;
    const own = last.current;
    const tell = (how: Saving) => own === last.current && setSaving(how);
    tell({ at: "saving" });
    try {
      const stands = await save();
      tell({ at: stands ? "saved" : "idle" });
      if (stands) announce(words.settings.saved);
      return stands;
    } catch (error) {
      const [about] = error instanceof Refused ? Object.values(fieldTexts(error.fields)) : [];
      tell({ at: "refused", why: about ?? sentenceOf(error) });
      return false;
    }
  };
  return [saving, run];
}

/** "Saving", then "Saved", in a place that is kept free for it. */
export function Told({ saving }: { saving: Saving }) {
  if (saving.at === "saved") {
    return (
      <span class="saved">
        <Icon of={CircleCheck} size={16} /> {words.settings.saved}
      </span>
    );
  }
  return <span class="saved">{saving.at === "saving" && <span class="soft">{words.settings.saving}</span>}</span>;
}

/** What is wrong, if anything is. */
export function Wrong({ why, id }: { why: string; id?: string }) {
  if (!why) return null;
  return (
    <p class="field-wrong" role="alert" {...(id ? { id } : {})}>
      <Icon of={CircleAlert} size={16} />
      {why}
    </p>
  );
}

export function whyNot(saving: Saving): string {
  return saving.at === "refused" ? saving.why : "";
}

interface LineProps {
  id: string;
  label: string;
  why: string;
  saving: Saving;
  /** What is wrong with what was typed; a refusal is added to it. */
  wrong?: string;
  children: ComponentChildren;
}

/** A labelled setting: its name and whether it is saved, why it matters, and the control of this `id`. */
export function Setting({ id, label, why, saving, wrong = "", children }: LineProps) {
  return (
    <div class="setting">
      <div class="setting-line">
        <label class="strong" for={id}>
          {label}
        </label>
        <Told saving={saving} />
      </div>
      <p class="soft setting-why" id={`${id}-why`}>
        {why}
      </p>
      {children}
      <Wrong id={`${id}-wrong`} why={wrong || whyNot(saving)} />
    </div>
  );
}
