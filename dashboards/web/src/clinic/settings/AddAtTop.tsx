import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { LucideIcon } from "lucide-preact";
import { Banner, Button } from "../../ui/index.ts";
import { words as shared } from "../../ui/words.ts";
import { focusOnce } from "../focus.ts";

/** What stands over a list: the button that adds to it, the form behind it, or what was just made. "back": it was the form. */
export type Top<Made> = "button" | "back" | "form" | { readonly made: Made };

export interface Adding<Made> {
  readonly top: Top<Made>;
  readonly open: () => void;
  readonly close: () => void;
  readonly show: (made: Made) => void;
}

/** Where adding to a list is. */
export function useAdding<Made>(): Adding<Made> {
  const [top, setTop] = useState<Top<Made>>("button");
  return { top, open: () => setTop("form"), close: () => setTop("back"), show: (made) => setTop({ made }) };
}

interface Props<Made> {
  adding: Adding<Made>;
  icon: LucideIcon;
  /** What the button says. */
  act: string;
  form: () => ComponentChildren;
  made: (made: Made) => ComponentChildren;
}

/** Adds to the list below. Who leaves the form has the focus on its button again. */
export function AddAtTop<Made>({ adding, icon, act, form, made }: Props<Made>) {
  const { top, open } = adding;
  if (typeof top === "object") return <>{made(top.made)}</>;
  if (top === "form") return <>{form()}</>;
  return (
    <div>
      <Button size="dense" icon={icon} {...(top === "back" ? { buttonRef: focusOnce } : {})} onClick={open}>
        {act}
      </Button>
    </div>
  );
}

interface FormProps {
  /** What is wrong with the whole of it, "" when nothing is. */
  refused: string;
  busy: boolean;
  act: string;
  onSubmit: () => void;
  onClose: () => void;
  children: ComponentChildren;
}

/** The form that adds: why it was refused, its fields, and two buttons. */
export function AddForm({ refused, busy, act, onSubmit, onClose, children }: FormProps) {
  const submit = (event: Event) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form class="settings-card form" onSubmit={submit} noValidate>
      {refused && (
        <Banner tone="lost" live>
          {refused}
        </Banner>
      )}
      {children}
      <div class="form-acts">
        <Button size="dense" onClick={onClose}>
          {shared.cancel}
        </Button>
        <Button type="submit" kind="primary" size="dense" busy={busy}>
          {act}
        </Button>
      </div>
    </form>
  );
}
