/** The settings' sections, in the order in which they are listed; the address names them. */

export const SECTIONS = ["guests", "times", "visits", "dial-in", "keeping", "clinic", "staff", "keys"] as const;

export type Section = (typeof SECTIONS)[number];

/** The section of this name; undefined for what is none. */
export function sectionOf(name: string): Section | undefined {
  return SECTIONS.find((section) => section === name);
}
