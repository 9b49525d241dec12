import { useMemo } from "preact/hooks";
import { Field, Select } from "../../../ui/index.ts";
import { language } from "../../../ui/language.ts";
import { clockTime, zoneName } from "../../../ui/time.ts";
import type { Clinic } from "../../clinic.ts";
import { dayOf, timeOf } from "../../day.ts";
import { cityOf, continentName, type ZoneGroup, zoneGroups } from "../../zones.ts";
import { wholeTime } from "../when.ts";
import { words } from "../words.ts";
import { Choices } from "./Choices.tsx";
import { type Draft, startOf, startsOf } from "./draft.ts";

interface Props {
  draft: Draft;
  clinic: Clinic;
  wrong: string | undefined;
  /** An edited visit has a time already. */
  mayBeNow: boolean;
  now: number;
  set: (part: Partial<Draft>) => void;
}

/** Now, or a date and a time on the clocks of a zone; a time that occurs twice asks which one. */
export function When({ draft, clinic, wrong, mayBeNow, now, set }: Props) {
  const start = startOf(draft);
  const groups = useMemo(() => zoneGroups(), [language.value]);
  const change = (part: Partial<Draft>) => set({ isSecond: false, ...part });
  return (
    <div class="form-part">
      {mayBeNow && (
        <Choices
          legend={words.form.when}
          value={draft.isNow ? "now" : "later"}
          options={[
            { value: "now", label: words.form.now },
            { value: "later", label: words.form.later },
          ]}
          onPick={(value) => set({ isNow: value === "now" })}
        />
      )}
      {!draft.isNow && (
        <>
          <div class="form-pair">
            <Field
              label={words.form.day}
              type="date"
              min={dayOf(now, draft.zone)}
              value={draft.day}
              onInput={(event) => change({ day: event.currentTarget.value })}
            />
            <Field
              label={words.form.time}
              type="time"
              value={draft.time}
              wrong={wrong}
              onInput={(event) => change({ time: event.currentTarget.value })}
            />
          </div>
          <Twice draft={draft} set={set} />
          <Select
            label={words.form.zone}
            value={draft.zone}
            options={zonesFor(clinic.zone, draft.zone, start ?? now, groups)}
            onPick={(zone) => change({ zone, ...(start === null ? {} : { day: dayOf(start, zone), time: timeOf(start, zone) }) })}
          />
          {start !== null && draft.zone !== clinic.zone && <p class="field-hint">{words.form.atClinic(wholeTime(start, clinic.zone))}</p>}
        </>
      )}
    </div>
  );
}

function Twice({ draft, set }: Pick<Props, "draft" | "set">) {
  const [first, second] = startsOf(draft);
  if (first === undefined || second === undefined) return null;
  return (
    <Choices
      legend={words.form.twice}
      value={draft.isSecond ? "second" : "first"}
      options={[
        { value: "first", label: words.form.first(clockTime(first, draft.zone)) },
        { value: "second", label: words.form.second(clockTime(second, draft.zone)) },
      ]}
      onPick={(value) => set({ isSecond: value === "second" })}
    />
  );
}

/** The clinic's zone first, then that of whoever fills in the form, then all others by continent. */
function zonesFor(clinic: string, chosen: string, at: number, groups: readonly ZoneGroup[]): { value: string; label: string }[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const first = [{ value: clinic, label: words.form.zoneClinic(cityOf(clinic), zoneName(at, clinic)) }];
  if (own !== clinic) first.push({ value: own, label: words.form.zoneOwn(cityOf(own), zoneName(at, own)) });
  const near = new Set([clinic, own]);
  if (!near.has(chosen)) first.push({ value: chosen, label: words.form.zoneAt(cityOf(chosen), zoneName(at, chosen)) });
  near.add(chosen);
  const others = groups.flatMap(({ continent, zones }) =>
    zones.filter(({ zone }) => !near.has(zone)).map(({ zone, city }) => ({ value: zone, label: words.form.zoneAt(city, continentName(continent)) })),
  );
  return [...first, ...others];
}
