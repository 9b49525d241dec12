import type { LucideIcon } from "lucide-preact";

interface Props {
  /** An icon of lucide's, imported by name so that only used ones are shipped. */
  of: LucideIcon;
  /** The name, when no visible word stands beside the icon. */
  label?: string;
  size?: number;
  class?: string;
}

/** An icon of the one set, at its one size. */
export function Icon({ of: Shape, label, size = 20, class: more = "" }: Props) {
  const said = label ? { role: "img" as const, "aria-label": label } : { "aria-hidden": true };
  return <Shape size={size} strokeWidth={2} class={`icon ${more}`} {...said} />;
}
