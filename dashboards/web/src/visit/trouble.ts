/** Why a camera or microphone does not work, as a person can act on it; each has its own sentence and next step. */

export type Trouble = "refused" | "none" | "busy" | "inapp" | "insecure" | "failed";

const BY_NAME: Readonly<Record<string, Trouble>> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
  TrackStartError: "busy", // older Chromium
};

/** Browsers inside other apps, which often have no camera or refuse it without asking. */
const IN_APP = /FBAN|FBAV|FB_IAB|Instagram|Line\/|MicroMessenger|Snapchat|TikTok|musical_ly|; wv\)|GSA\//;

export function isInApp(userAgent = navigator.userAgent): boolean {
  return IN_APP.test(userAgent);
}

/** Why this page can never have a camera, before asking for it. */
export function unusable(): Trouble | undefined {
  if (typeof navigator.mediaDevices?.getUserMedia === "function") return undefined;
  if (isInApp()) return "inapp";
  return window.isSecureContext ? "inapp" : "insecure";
}

/** What the failure of getUserMedia means. */
export function troubleOf(error: unknown, inApp = isInApp()): Trouble {
  const trouble = BY_NAME[(error as { name?: string } | null)?.name ?? ""] ?? "failed";
  return trouble === "refused" && inApp ? "inapp" : trouble;
}
