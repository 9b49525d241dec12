/** For the `ref` of a field in a form that somebody asked for: it takes the keyboard when it appears, and only then. */

export function focusOnce(field: HTMLElement | null): void {
  field?.focus();
}

/** The same, with what stands in it selected. */
export function selectOnce(field: HTMLInputElement | null): void {
  field?.select();
}
