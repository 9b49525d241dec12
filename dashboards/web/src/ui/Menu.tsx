import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LucideIcon } from "lucide-preact";
import { Button } from "./Button.tsx";
import { Icon } from "./Icon.tsx";

export interface MenuItem {
  readonly label: string;
  /** The label's language, where it is not the page's. */
  readonly lang?: string;
  readonly icon?: LucideIcon;
  readonly danger?: boolean;
  readonly onPick: () => void;
}

interface Props {
  /** What the menu is for, read out: "More for Ana Lee". */
  label: string;
  icon: LucideIcon;
  items: readonly MenuItem[];
  size?: "dense";
  /** Words beside the icon, which name the button then; without them it is named by `label`. */
  children?: ComponentChildren;
  tabIndex?: number | undefined;
}

const GAP_PX = 4;

/** A button with a menu below it. The list is the browser's own popover, so nothing clips it and Escape closes it. */
export function Menu({ label, icon, items, size, children, tabIndex }: Props) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!open) return;
    // it is shown, and so has a size, only once the event that said so is over
    const frame = requestAnimationFrame(() => {
      if (!list.current || !button.current) return;
      placeBelow(list.current, button.current);
      entries(list.current)[0]?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [open]);
  const pick = (item: MenuItem) => {
    list.current?.hidePopover();
    item.onPick();
  };
  return (
    <>
      <Button
        {...(children ? {} : { label })}
        {...(size ? { size } : {})}
        {...(tabIndex === undefined ? {} : { tabIndex })}
        icon={icon}
        buttonRef={button}
        aria-haspopup="menu"
        aria-expanded={open}
        popovertarget={id}
      >
        {children}
      </Button>
      <div
        ref={list}
        id={id}
        class="menu"
        role="menu"
        aria-label={label}
        popover="auto"
        onBeforeToggle={(event) => setOpen(event.newState === "open")}
        onKeyDown={moveFocus}
      >
        {open && items.map((item) => <Entry key={item.label} item={item} onPick={() => pick(item)} />)}
      </div>
    </>
  );
}

function Entry({ item, onPick }: { item: MenuItem; onPick: () => void }) {
  return (
    <button type="button" role="menuitem" tabIndex={-1} {...(item.lang ? { lang: item.lang } : {})} class={item.danger ? "menu-item menu-danger" : "menu-item"} onClick={onPick}>
      {item.icon && <Icon of={item.icon} />}
      {item.label}
    </button>
  );
}

/** Below the button and inside the window, whichever corner it stands in. */
function placeBelow(list: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const below = at.bottom + GAP_PX;
  const top = below + height > innerHeight ? Math.max(GAP_PX, at.top - GAP_PX - height) : below;
  list.style.setProperty("left", `${Math.max(GAP_PX, at.right - width)}px`);
  list.style.setProperty("top", `${top}px`);
}

function entries(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>("[role=menuitem]")];
}

function moveFocus(event: KeyboardEvent): void {
  const all = entries(event.currentTarget as HTMLElement);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  event.stopPropagation(); // what lies below has keys of its own
  if (to === undefined) return;
  event.preventDefault();
  all.at(to % all.length)?.focus();
}
