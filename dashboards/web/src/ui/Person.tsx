import { Headphones, Languages, Phone, type LucideIcon } from "lucide-preact";
import type { Participant, Role } from "../wire/messages.ts";
import { Icon } from "./Icon.tsx";
import { words } from "./words.ts";

const ICONS: Partial<Record<Role, LucideIcon>> = { phone: Phone, interpreter: Languages };

type Who = Pick<Participant, "role" | "name" | "how">;

/** A round mark in the role's colour: initials, or a handset for who is on the telephone. */
export function Avatar({ who, size = 16 }: { who: Who; size?: number }) {
  const icon = who.how === "phone" ? Phone : (ICONS[who.role] ?? (who.how === "both" ? Headphones : undefined));
  return (
    <span class={`avatar role-${who.role}`} aria-hidden="true">
      {icon ? <Icon of={icon} size={size} /> : initials(who.name)}
    </span>
  );
}

/** A name in its role's colour, and the role in words: colour is never the only sign (R12). */
export function RoleName({ who, you }: { who: Who; you?: boolean }) {
  return (
    <span class={`role-${who.role}`}>
      <span class="role-name">{who.name}</span> <span class="soft">{you ? words.you : words.roles[who.role]}</span>
    </span>
  );
}

/** The first letters of the first and last word, titles left out. */
export function initials(name: string): string {
  const parts = name.split(/\s+/).filter((part) => part !== "" && !part.endsWith("."));
  const first = [...(parts[0] ?? name)][0] ?? "";
  const last = parts.length > 1 ? ([...(parts[parts.length - 1] ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}
