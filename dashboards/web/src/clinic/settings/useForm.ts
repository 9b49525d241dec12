import { useState } from "preact/hooks";
import { Refused } from "../../wire/index.ts";
import { fieldTexts } from "../../ui/refusals.ts";
import { sentenceOf } from "../refused.ts";

/** What is wrong with which field, and with none in particular. */
export interface Faults<Field extends string> {
  readonly fields: Readonly<Partial<Record<Field, string>>>;
  readonly refused: string;
}

interface Form<Field extends string> extends Faults<Field> {
  readonly busy: boolean;
  /** Send, unless something is wrong already; resolves to whether it was done. */
  readonly send: (faults: Partial<Record<Field, string>>, act: () => Promise<void>) => Promise<boolean>;
}

/** A form that is sent as a whole: what the server says of a field stands beside it, the rest above all. */
export function useForm<Field extends string>(names: readonly Field[]): Form<Field> {
  const [faults, setFaults] = useState<Faults<Field>>(() => ({ fields: {} as Faults<Field>["fields"], refused: "" }));
  const [busy, setBusy] = useState(false);
  const send = async (fields: Partial<Record<Field, string>>, act: () => Promise<void>) => {
    setFaults({ fields, refused: "" });
    if (busy || Object.values(fields).some(Boolean)) return false;
    setBusy(true);
    try {
      await act();
      return true;
    } catch (error) {
      setFaults(faultsIn(error, names));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { ...faults, busy, send };
}

/** What a refusal says of the fields of a form; its own sentence where it says nothing of any of them. */
export function faultsIn<Field extends string>(error: unknown, names: readonly Field[]): Faults<Field> {
  const said = error instanceof Refused ? fieldTexts(error.fields) : {};
  const fields = Object.fromEntries(names.flatMap((name) => (said[name] ? [[name, said[name]]] : [])));
  const refused = Object.keys(fields).length ? "" : sentenceOf(error);
  return { fields: fields as Faults<Field>["fields"], refused };
}
