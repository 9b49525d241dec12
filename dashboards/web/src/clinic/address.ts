/** Which page the address bar names; pages change it here, so that Back, reload and a copied address all work. */
import { signal } from "@preact/signals";
import { isDay } from "./day.ts";

export interface Place {
  readonly page: "room" | "schedule" | "settings";
  /** The visit whose details are open, "" for none. */
  readonly visit: string;
  /** The day that was chosen, "" for today. */
  readonly day: string;
  /** The section of the settings that is open; none shows them as a list where there is no room for both. */
  readonly section?: string;
  /** The schedule shows one day; without it a week. */
  readonly view?: "day";
}

/** Read an address of ours; whatever is none leads to the waiting room. */
export function placeOf(address: { readonly pathname: string; readonly search: string }): Place {
  const [first = "", second = ""] = address.pathname.split("/").filter(Boolean);
  const params = new URLSearchParams(address.search);
  const day = params.get("day") ?? "";
  if (first === "schedule") {
    const shown = { page: first, visit: params.get("visit") ?? "", day: isDay(day) ? day : "" } as const;
    return params.get("view") === "day" ? { ...shown, view: "day" } : shown;
  }
  return {
    page: first === "settings" ? "settings" : "room",
    visit: first === "visits" ? readable(second) : "",
    day: isDay(day) ? day : "",
    ...(first === "settings" && second ? { section: readable(second) } : {}),
  };
}

function readable(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}

export function addressOf({ page, visit, day, section, view }: Place): string {
  if (page === "schedule") {
    const params = new URLSearchParams(Object.entries({ view: view ?? "", day, visit }).filter(([, value]) => value));
    return params.size ? `/schedule?${params}` : "/schedule";
  }
  if (page === "settings") return section ? `/settings/${encodeURIComponent(section)}` : "/settings";
  const path = visit ? `/visits/${encodeURIComponent(visit)}` : "/";
  return day ? `${path}?day=${day}` : path;
}

/** Where somebody wanted to go before they were asked to sign in (`?next=`): a path of this site, or nothing. */
export function nextOf(search: string): string {
  const next = new URLSearchParams(search).get("next") ?? "";
  return /^\/(?![/\\])[^\s\\]*$/.test(next) ? next : "";
}

export const ROOM: Place = { page: "room", visit: "", day: "" };
export const SCHEDULE: Place = { page: "schedule", visit: "", day: "" };

export const place = signal<Place>(ROOM);

/** Follow the address bar from now on. */
export function followAddress(): void {
  const read = () => {
    place.value = placeOf(location);
  };
  addEventListener("popstate", read);
  read();
}

export function go(to: Place): void {
  if (addressOf(to) === addressOf(place.peek())) return;
  history.pushState(null, "", addressOf(to));
  place.value = to;
}

/** The same without a step of its own in the history: the address was not quite right. */
export function goInstead(to: Place): void {
  history.replaceState(null, "", addressOf(to));
  place.value = to;
}

export function openVisit(visit: string): void {
  const here = place.peek();
  go({ ...here, page: here.page === "schedule" ? "schedule" : "room", visit });
}
