/** Figures as people read them, in their language. */
import { locale } from "../../ui/language.ts";
import { words } from "./words.ts";

export type Unit = "count" | "rate" | "seconds" | "cores" | "bytes";

const SHARES = { style: "percent", maximumFractionDigits: 3 } as const;
const MEBI = 1 << 20;
const GIBI = 1 << 30;

/** "99.95%"; what is less than all is never rounded up to all. */
export function share(of: number): string {
  return new Intl.NumberFormat(locale(), SHARES).format(Math.floor(of * 100_000 + 1e-6) / 100_000);
}

/** "12", "0.4", "48 ms", "1.2 s", "35%", "120 MiB"; a dash where there is nothing. */
export function figure(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return words.plot.none;
  switch (unit) {
    case "count":
      return number(value, 0);
    case "rate":
      return number(value, value < 10 ? 1 : 0);
    case "seconds":
      return value < 1 ? `${number(value * 1000, value < 0.01 ? 1 : 0)} ms` : `${number(value, 1)} s`;
    case "cores":
      return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: value < 0.1 ? 1 : 0 }).format(value);
    case "bytes":
      return value < GIBI ? `${number(value / MEBI, 0)} MiB` : `${number(value / GIBI, 1)} GiB`;
  }
}

function number(value: number, digits: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

/** The zone of who looks: whoever looks after servers has no clinic's. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** "6:32:05 PM" */
export function exactTime(at: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: "numeric", minute: "2-digit", second: "2-digit" }).format(at).replace(/[\u202f\u00a0]/g, " ");
}
