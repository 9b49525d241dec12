/** The server's time: people's devices are often minutes off, and "in 12 minutes" must still be true. */

let offset = 0;
let exact = false;

export const clock = {
  /** The server's time now, ms since 1970. */
  now: (): number => Date.now() + offset,

  /** Agree on the time: `exactly` is the wire's `now`; an HTTP `Date`, a whole second, only does until then. */
  agree(serverNow: number, exactly = false): void {
    if (!Number.isFinite(serverNow) || serverNow <= 0 || (exact && !exactly)) return;
    offset = serverNow - Date.now();
    if (!exactly && Math.abs(offset) < 2000) offset = 0;
    exact = exactly;
  },
};
