import type { ComponentChildren, JSX, Ref } from "preact";
import { LoaderCircle, type LucideIcon } from "lucide-preact";
import { Icon } from "./Icon.tsx";

type Native = Omit<JSX.IntrinsicElements["button"], "size" | "icon" | "label" | "ref">;

interface Props extends Native {
  kind?: "primary" | "quiet" | "plain" | "danger";
  size?: "large" | "dense";
  icon?: LucideIcon;
  /** Shows the icon alone; this is its name, read out and shown on hover. */
  label?: string;
  wide?: boolean;
  /** Working on it: the button stays where it is, says so, and does nothing more. */
  busy?: boolean;
  buttonRef?: Ref<HTMLButtonElement>;
  children?: ComponentChildren;
}

/** A button that says what happens. */
export function Button({ kind = "quiet", size, icon, label, wide, busy, buttonRef, children, ...native }: Props) {
  const classes = ["button", `button-${kind}`];
  if (size) classes.push(`button-${size}`);
  if (label) classes.push("button-icon");
  if (wide) classes.push("button-wide");
  if (busy) classes.push("busy");
  if (typeof native.class === "string") classes.push(native.class);
  const named = label ? { "aria-label": label, title: label } : {};
  return (
    <button
      type="button"
      {...named}
      {...native}
      {...(buttonRef ? { ref: buttonRef } : {})}
      class={classes.join(" ")}
      aria-disabled={busy || undefined}
      onClick={busy ? swallow : native.onClick}
    >
      {busy ? <Icon of={LoaderCircle} class="icon-busy" /> : icon && <Icon of={icon} />}
      {children}
    </button>
  );
}

function swallow(event: Event): void {
  event.preventDefault();
}
