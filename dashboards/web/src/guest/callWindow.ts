/** The call's code comes when it is needed, so that the guest page stays small; loading begins while one waits. */

import type { ComponentType } from "preact";
import type { Attendance } from "../visit/attendance.ts";
import { caughtUp } from "../ui/language.ts";
import type { Devices } from "../visit/devices.ts";

export type CallWindow = ComponentType<{ attendance: Attendance; devices: Devices }>;

let loading: Promise<CallWindow> | undefined;

export function loadCall(): Promise<CallWindow> {
  loading ??= import("../call/CallWindow.tsx").then(
    async (module) => {
      await caughtUp(); // some of its words came with it, in English
      return module.CallWindow;
    },
    (error: unknown) => {
      loading = undefined; // the next try loads anew
      throw error;
    },
  );
  return loading;
}
