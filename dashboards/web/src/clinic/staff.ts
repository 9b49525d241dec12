/** What every part of the staff app may ask for: who is signed in, and their live socket. */
import { createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import { toast } from "../ui/index.ts";
import type { Me } from "./clinic.ts";
import type { Live } from "./live.ts";
import { sentenceOf } from "./refused.ts";

export interface Staff {
  readonly me: Me;
  readonly live: Live;
}

export const StaffContext = createContext<Staff | null>(null);

export function useStaff(): Staff {
  const staff = useContext(StaffContext);
  if (!staff) throw new Error("only for pages of somebody who is signed in");
  return staff;
}

export interface Run {
  readonly busy: boolean;
  /** Do it once at a time. What is refused is shown as it is said; resolves to whether it was done. */
  readonly run: (act: () => Promise<unknown>) => Promise<boolean>;
}

/** For buttons that ask the server for something. */
export function useRun(): Run {
  const [busy, setBusy] = useState(false);
  const run = async (act: () => Promise<unknown>) => {
    if (busy) return false;
    setBusy(true);
    try {
      await act();
      return true;
    } catch (error) {
      toast(sentenceOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, run };
}
