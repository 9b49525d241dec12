import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Door } from "../wire/messages.ts";
import { words } from "../ui/index.ts";
import { OtherLanguages } from "../visit/OtherLanguages.tsx";

interface Props {
  door?: Pick<Door, "clinic" | "logo"> | undefined;
  title: string;
  /** Moves the reader to the heading: this view replaced another. */
  replaced?: boolean;
  children: ComponentChildren;
}

/** The one column of a guest's page: whose clinic it is, one heading, one thing to do. */
export function Shell({ door, title, replaced, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = door ? `${title} – ${door.clinic}` : title;
    if (replaced) heading.current?.focus();
  }, [title, door?.clinic, replaced]);
  return (
    <main class="guest">
      {door && (
        <p class="clinic">
          {door.logo && <img src={door.logo} alt="" width={40} height={40} />}
          {door.clinic}
        </p>
      )}
      <div class="card">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </div>
      <OtherLanguages />
    </main>
  );
}

/** The page while it looks: the final size, nothing to read. */
export function Opening() {
  return (
    <main class="guest" aria-busy="true">
      <p class="clinic skeleton" />
      <div class="card">
        <h1 class="skeleton">
          <span class="unseen">{words.guest.loading}</span>
        </h1>
        <p class="skeleton" />
        <div class="preview-picture skeleton" />
        <p class="skeleton skeleton-tall" />
        <p class="skeleton skeleton-tall" />
      </div>
    </main>
  );
}
