import { useRef } from "preact/hooks";
import { ImageUp, Trash2 } from "lucide-preact";
import { Button } from "../../ui/index.ts";
import { Refused } from "../../wire/index.ts";
import { words } from "../words.ts";
import { TextSetting } from "./controls.tsx";
import { nameIn } from "./figures.ts";
import { logoOf } from "./logo.ts";
import { Part } from "./parts.tsx";
import { Told, useSaving, whyNot, Wrong } from "./saving.tsx";
import type { SectionProps } from "./Settings.tsx";

/** What people know the clinic by. */
export function ClinicSection({ clinic, save }: SectionProps) {
  return (
    <Part title={words.settings.contact}>
      <TextSetting
        label={words.settings.name}
        why={words.settings.nameMore}
        value={clinic.name}
        type="text"
        check={(text) => (nameIn(text) ? "" : words.settings.nameMissing)}
        save={(text) => save({ name: nameIn(text) })}
      />
      <TextSetting
        label={words.settings.phone}
        why={words.settings.phoneMore}
        value={clinic.phone}
        type="tel"
        check={() => ""}
        save={(text) => save({ phone: text.trim() })}
      />
      <Logo clinic={clinic} save={save} />
    </Part>
  );
}

function Logo({ clinic, save }: SectionProps) {
  const [saving, run] = useSaving();
  const file = useRef<HTMLInputElement>(null);
  const choose = async (chosen: File | undefined) => {
    if (!chosen) return;
    await run(async () => {
      const logo = await logoOf(chosen);
      if (logo === null) throw new Refused("logo", words.settings.logoLarge);
      if (logo === "") throw new Refused("logo", words.settings.logoBad);
      return save({ logo });
    });
    if (file.current) file.current.value = ""; // so that the same file can be chosen again
  };
  return (
    <div class="setting" role="group" aria-labelledby="set-logo">
      <div class="setting-line">
        <span class="strong" id="set-logo">
          {words.settings.logo}
        </span>
        <Told saving={saving} />
      </div>
      <p class="soft setting-why">{words.settings.logoMore}</p>
      <div class="logo-line">
        <span class="logo-frame">
          {clinic.logo ? <img src={clinic.logo} alt={words.settings.logoNow} /> : <span class="soft">{words.settings.logoNone}</span>}
        </span>
        <input
          ref={file}
          type="file"
          hidden
          accept="image/png,image/jpeg,image/svg+xml"
          onChange={(event) => void choose(event.currentTarget.files?.[0])}
        />
        <Button size="dense" icon={ImageUp} onClick={() => file.current?.click()}>
          {words.settings.logoChoose}
        </Button>
        {clinic.logo && (
          <Button size="dense" kind="plain" icon={Trash2} onClick={() => void run(() => save({ logo: "" }))}>
            {words.settings.logoRemove}
          </Button>
        )}
      </div>
      <Wrong why={whyNot(saving)} />
    </div>
  );
}
