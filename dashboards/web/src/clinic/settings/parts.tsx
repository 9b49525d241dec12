/** What settings pages are made of: parts with a heading, and controls that know which setting of the clinic they change. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Clinic } from "../clinic.ts";
import { Switch, TextSetting } from "./controls.tsx";
import { type Range, wholeIn } from "./figures.ts";
import type { SectionProps } from "./Settings.tsx";

/** Settings of one subject under its heading. */
export function Part({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {children}
    </section>
  );
}

/** The names of the settings that hold a value of this kind. */
type Named<Value> = { [Name in keyof Clinic]: Clinic[Name] extends Value ? Name : never }[keyof Clinic];

interface OnOffProps extends SectionProps {
  of: Named<boolean>;
  label: string;
  why: string;
}

/** A setting that is on or off. */
export function OnOff({ clinic, save, of, label, why }: OnOffProps) {
  return <Switch label={label} why={why} on={clinic[of]} save={(on) => save({ [of]: on })} />;
}

interface NumberProps extends SectionProps {
  of: "opens_before_minutes" | "grace_minutes" | "retention_days";
  range: Range;
  label: string;
  why: string;
  /** What to say of a text that is no whole number in range. */
  bad: string;
  /** Asks before it is saved; resolves to whether it is. */
  sure?: (wanted: number) => Promise<boolean>;
}

/** A setting that is a whole number. */
export function WholeNumber({ clinic, save, of, range, label, why, bad, sure }: NumberProps) {
  const keep = async (text: string) => {
    const wanted = Number(text);
    return sure && !(await sure(wanted)) ? false : save({ [of]: wanted });
  };
  return (
    <TextSetting
      label={label}
      why={why}
      value={String(clinic[of])}
      type="number"
      check={(text) => (wholeIn(text, range) === null ? bad : "")}
      save={keep}
    />
  );
}
