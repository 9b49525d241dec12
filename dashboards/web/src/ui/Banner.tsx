import type { ComponentChildren } from "preact";
import { CircleAlert, CircleCheck, Clock, Info } from "lucide-preact";
import { Icon } from "./Icon.tsx";

const ICONS = { info: Info, ok: CircleCheck, wait: Clock, lost: CircleAlert };

interface Props {
  tone?: keyof typeof ICONS;
  /** Read out when it appears; leave it off for what stands on the page from the start. */
  live?: boolean;
  children: ComponentChildren;
}

/** A sentence that stands out, with an icon for its tone and what can be done beside it. */
export function Banner({ tone = "info", live, children }: Props) {
  return (
    <div class={`banner banner-${tone}`} {...(live ? { role: "status" } : {})}>
      <Icon of={ICONS[tone]} />
      <div class="banner-text">{children}</div>
    </div>
  );
}
