import { useMemo } from "preact/hooks";
import { time, useNow } from "../../ui/index.ts";
import { language } from "../../ui/language.ts";
import { words } from "../words.ts";
import { SelectSetting, TextSetting } from "./controls.tsx";
import { GRACE, OPENS, type Range, wholeIn } from "./figures.ts";
import type { SectionProps } from "./Settings.tsx";
import { countries, zoneGroups } from "./zones.ts";

/** When people may join (R13, D2), and where the clinic is (D9). */
export function Times({ clinic, save }: SectionProps) {
  return (
    <>
      <section aria-labelledby="set-joining">
        <h3 id="set-joining">{words.settings.joining}</h3>
        <TextSetting
          label={words.settings.opens}
          why={words.settings.opensMore}
          value={String(clinic.opens_before_minutes)}
          type="number"
          check={within(OPENS, words.settings.opensBad)}
          save={(text) => save({ opens_before_minutes: Number(text) })}
        />
        <TextSetting
          label={words.settings.grace}
          why={words.settings.graceMore}
          value={String(clinic.grace_minutes)}
          type="number"
          check={within(GRACE, words.settings.graceBad)}
          save={(text) => save({ grace_minutes: Number(text) })}
        />
      </section>
      <section aria-labelledby="set-place">
        <h3 id="set-place">{words.settings.place}</h3>
        <Zone clinic={clinic} save={save} />
        <Country clinic={clinic} save={save} />
      </section>
    </>
  );
}

/** A check that a text is a whole number in range. */
export function within(range: Range, bad: string): (text: string) => string {
  return (text) => (wholeIn(text, range) === null ? bad : "");
}

function Zone({ clinic, save }: SectionProps) {
  const groups = useMemo(() => zoneGroups(clinic.zone), [clinic.zone]);
  const now = useNow();
  return (
    <div>
      <SelectSetting
        label={words.settings.zone}
        why={words.settings.zoneMore}
        value={clinic.zone}
        save={(zone) => save({ zone })}
      >
        {groups.map(({ continent, zones }) => (
          <optgroup key={continent} label={nameOf(continent)}>
            {zones.map(({ zone, city }) => (
              <option key={zone} value={zone}>
                {city}
              </option>
            ))}
          </optgroup>
        ))}
      </SelectSetting>
      <p class="soft figures">{words.settings.zoneNow(time.clockTime(now, clinic.zone))}</p>
    </div>
  );
}

/** Continents and oceans as the names of zones begin; one that we have no word for stands as it is. */
function nameOf(continent: string): string {
  const known: Readonly<Record<string, string | undefined>> = words.settings.continents;
  return (known[continent] ?? continent) || words.settings.otherZones;
}

function Country({ clinic, save }: SectionProps) {
  const all = useMemo(() => countries(clinic.country, language.value), [clinic.country, language.value]);
  return (
    <SelectSetting
      label={words.settings.country}
      why={words.settings.countryMore}
      value={clinic.country}
      save={(country) => save({ country })}
    >
      {all.map(({ code, name }) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </SelectSetting>
  );
}
