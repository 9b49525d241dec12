import { type Language, LANGUAGES } from "../../ui/language.ts";
import { words } from "../words.ts";
import { SelectSetting, Switch } from "./controls.tsx";
import type { SectionProps } from "./Settings.tsx";

/** The clinic's own language, and which others can be chosen for a visit. */
export function Languages({ clinic, save }: SectionProps) {
  const [own = "en", ...others] = clinic.languages;
  return (
    <section aria-labelledby="set-languages">
      <h3 id="set-languages">{words.settings.languages}</h3>
      <SelectSetting
        label={words.settings.ownLanguage}
        why={words.settings.ownLanguageMore}
        value={own}
        save={(picked) => {
          const rest = clinic.languages.filter((one) => one !== picked);
          return save({ languages: [picked as Language, ...rest] });
        }}
      >
        {LANGUAGES.map((language) => (
          <option key={language} value={language}>
            {words.settings.language[language]}
          </option>
        ))}
      </SelectSetting>
      {LANGUAGES.filter((language) => language !== own).map((language) => (
        <Switch
          key={language}
          label={words.settings.offer(words.settings.language[language])}
          why={words.settings.offerMore}
          on={others.includes(language)}
          save={(on) => {
            const rest = others.filter((one) => one !== language);
            return save({ languages: on ? [own, ...rest, language] : [own, ...rest] });
          }}
        />
      ))}
    </section>
  );
}
