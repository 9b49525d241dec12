import { useState } from "preact/hooks";
import { Eye, EyeOff } from "lucide-preact";
import { Button, Field } from "../../ui/index.ts";
import { words } from "../words.ts";

interface Props {
  label: string;
  hint?: string;
  wrong: string;
  value: string;
  autocomplete: "current-password" | "new-password";
  autofocus?: boolean;
  onType: (text: string) => void;
}

/** A field for a password, which can be shown. */
export function PasswordField({ onType, ...field }: Props) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...field}
      type={shown ? "text" : "password"}
      autocapitalize="none"
      spellcheck={false}
      onInput={(event) => onType(event.currentTarget.value)}
      inside={
        <Button
          kind="plain"
          size="dense"
          icon={shown ? EyeOff : Eye}
          label={shown ? words.signIn.hide : words.signIn.show}
          onClick={() => setShown(!shown)}
        />
      }
    />
  );
}
