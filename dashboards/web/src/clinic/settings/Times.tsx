import { useMemo } from "preact/hooks";
import { time, useNow } from "../../ui/index.ts";
import { language } from "../../ui/language.ts";
import { words } from "../words.ts";
import { continentName, zoneGroups } from "../zones.ts";
import { SelectSetting } from "./controls.tsx";
import { countries } from "./countries.ts";
import { GRACE, OPENS } from "./figures.ts";
import { Part, WholeNumber } from "./parts.tsx";
import type { SectionProps } from "./Settings.tsx";

/** When people may join (R13, D2), and where the clinic is (D9). */
export function Times(props: SectionProps) {
  const s = words.settings;
  return (
    <>
      <Part title={s.joining}>
        <WholeNumber {...props} of="opens_before_minutes" range={OPENS} label={s.opens} why={s.opensMore} bad={s.opensBad} />
        <WholeNumber {...props} of="grace_minutes" range={GRACE} label={s.grace} why={s.graceMore} bad={s.graceBad} />
      </Part>
      <Part title={s.place}>
        <Zone {...props} />
        <Country {...props} />
      </Part>
    </>
  );
}

function Zone({ clinic, save }: SectionProps) {
  const groups = useMemo(() => zoneGroups(clinic.zone), [clinic.zone, language.value]);
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
          <optgroup key={continent} label={continentName(continent)}>
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
