/** The link that opened this page: its token lives in the fragment, or in the path where a mail program spelled `#` as `%23`. */

import { kept } from "../visit/kept.ts";
import type { Entry } from "../visit/attendance.ts";

export interface Arrival {
  readonly entry: Entry;
  /** A spelled-out `#` sent the token to the server: then the page shows nothing of the visit until Join (D8, D12). */
  readonly spelled: boolean;
}

/** The token in an address, and whether its `#` was spelled out; undefined when there is none. */
export function tokenIn(pathname: string, hash: string): { token: string; spelled: boolean } | undefined {
  const inHash = hash.replace(/^#/, "").trim();
  if (inHash) return { token: decoded(inHash), spelled: false };
  const inPath = /^\/[jv](?:%23|%2523)(.+)$/i.exec(pathname)?.[1];
  return inPath ? { token: decoded(inPath), spelled: true } : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Read who comes by this address, and take the token out of the address and its history. A reload finds it in this tab. */
export function arrive(): Arrival | undefined {
  const { pathname, search, hash } = location;
  if (pathname.startsWith("/call")) {
    const visit = new URLSearchParams(search).get("visit") ?? "";
    kept.begin(`staff ${visit}`);
    return visit ? { entry: { by: "staff", visit }, spelled: false } : undefined;
  }
  const patient = /^\/v(?:$|[/%])/i.test(pathname);
  const found = tokenIn(pathname, hash);
  if (found) {
    kept.begin(`${found.spelled ? "spelled" : "link"} ${found.token}`, found.token);
    history.replaceState(null, "", `${patient ? "/v" : "/j"}${search}`);
  }
  const { token, entry } = kept.get();
  if (!token || entry.startsWith("staff ")) return undefined;
  return { entry: { by: "link", token, patient }, spelled: entry.startsWith("spelled ") };
}
