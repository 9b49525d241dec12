/** What passes: a line at the foot of the page, and the polite live region that reads it out. */

import { signal } from "@preact/signals";

interface Toast {
  readonly id: number;
  readonly text: string;
}

const SHOWN_MS = 5000;
const MOST = 3;

const toasts = signal<readonly Toast[]>([]);
const said = signal("");
let last = 0;

/** Show a line for 5 s and read it out. */
export function toast(text: string): void {
  last += 1;
  const id = last;
  toasts.value = [...toasts.value.slice(1 - MOST), { id, text }];
  announce(text);
  setTimeout(() => {
    toasts.value = toasts.value.filter((one) => one.id !== id);
  }, SHOWN_MS);
}

/** Take away what is shown: it belongs to a view that is gone. */
export function clearToasts(): void {
  toasts.value = [];
}

/** Read a line out without showing it. */
export function announce(text: string): void {
  // the same text twice is two pieces of news: a changed string makes readers say it again
  said.value = said.value === text ? `${text}\u00a0` : text;
}

/** Put this once on every page. */
export function Toasts() {
  return (
    <>
      <div class="toasts" aria-hidden="true">
        {toasts.value.map(({ id, text }) => (
          <div key={id} class="toast">
            {text}
          </div>
        ))}
      </div>
      <p class="unseen" role="status" aria-live="polite">
        {said.value}
      </p>
    </>
  );
}
