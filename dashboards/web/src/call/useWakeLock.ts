import { useEffect } from "preact/hooks";

/** Keep a telephone's screen awake during the call, where the browser can. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let over = false;
    const hold = async () => {
      if (document.visibilityState !== "visible" || over) return;
      try {
        lock = await navigator.wakeLock?.request("screen");
      } catch {
        return; // low battery, say: the call goes on
      }
      if (over) void lock?.release();
    };
    void hold();
    document.addEventListener("visibilitychange", hold); // the browser drops the lock with a hidden page
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", hold);
      void lock?.release();
    };
  }, []);
}
