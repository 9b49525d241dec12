/** Who was invited, as only the clinic sees it: watched over a socket of the provider's own, beside the call's. */

import { useEffect, useState } from "preact/hooks";
import { call, connect, type InvitationInfo, PAGE, watchVisit } from "../wire/index.ts";

interface Ticket {
  readonly ticket: string;
  readonly ws_url: string;
}

/** Watch a visit's invitations; each change gives them all. Returns what stops it. */
export function watchInvited(visit: string, onChange: (all: readonly InvitationInfo[]) => void): () => void {
  let url = "";
  const connection = connect({
    url: () => url,
    hello: async () => {
      const { ticket, ws_url } = await call<Ticket>("POST", "/tickets", {});
      url = ws_url;
      return { t: "hello.staff", ticket, page: PAGE };
    },
    onMessage: (message) => message.t === "details" && message.visit === visit && onChange(message.invitations),
    onState: () => undefined, // what is known stays until it comes back; the call's own banner tells of a lost connection
  });
  const stop = watchVisit(connection, visit);
  return () => {
    stop();
    connection.close();
  };
}

/** The visit's invitations, newest first; undefined until they have come. */
export function useInvited(visit: string): readonly InvitationInfo[] | undefined {
  const [all, setAll] = useState<readonly InvitationInfo[]>();
  useEffect(() => watchInvited(visit, setAll), [visit]);
  return all && [...all].sort((a, b) => (b.created_at ?? 0) - (a.created_at ?? 0));
}

/** Whether there is anything to do about it any more. */
export function isDead({ state }: InvitationInfo): boolean {
  return state === "revoked" || state === "expired";
}

/** What it is called: by its label, else by what is shown of its address. */
export function calledBy({ label, email = "", phone = "" }: InvitationInfo, unnamed: string): string {
  return label || email || phone || unnamed;
}
