import { X } from "lucide-preact";
import { Button, Select } from "../../../ui/index.ts";
import type { Provider } from "../../clinic.ts";
import { words } from "../words.ts";

interface Props {
  /** Of the form: the users' ids, "" for one not chosen yet. */
  chosen: readonly string[];
  providers: readonly Provider[];
  wrong: string | undefined;
  onChange: (chosen: string[]) => void;
}

/** A menu for each provider of the visit; nobody is offered twice. */
export function Providers({ chosen, providers, wrong, onChange }: Props) {
  const put = (at: number, id: string) => onChange(chosen.map((one, index) => (index === at ? id : one)));
  return (
    <>
      {chosen.map((id, at) => (
        <div key={at} class="provider-line">
          <Select
            label={at ? words.form.providerNth(at + 1) : words.form.provider}
            wrong={at ? undefined : wrong}
            value={id}
            options={optionsFor(id, chosen, providers)}
            onPick={(picked) => put(at, picked)}
          />
          {at > 0 && (
            <Button
              icon={X}
              label={words.form.providerDrop(nameOf(id, providers) || words.form.providerNth(at + 1))}
              onClick={() => onChange(chosen.filter((_, index) => index !== at))}
            />
          )}
        </div>
      ))}
    </>
  );
}

function optionsFor(id: string, chosen: readonly string[], providers: readonly Provider[]): { value: string; label: string }[] {
  const free = providers.filter((provider) => provider.id === id || !chosen.includes(provider.id));
  const named = free.map((provider) => ({ value: provider.id, label: provider.name }));
  return id ? named : [{ value: "", label: words.form.providerNone }, ...named];
}

export function nameOf(id: string, providers: readonly Provider[]): string {
  return providers.find((provider) => provider.id === id)?.name ?? "";
}
