/** What this tab remembers across a reload: the link's token, the seat and its secret, the choices. Gone with the tab. */

export interface Kept {
  /** The link or the visit that all the rest belongs to. */
  readonly entry: string;
  readonly token?: string | undefined;
  readonly visit?: string | undefined;
  readonly seat?: string | undefined;
  /** The seat's secret: it alone resumes the seat (D11). */
  readonly secret?: string | undefined;
  readonly name?: string | undefined;
  /** They left on purpose: a reload must not bring them back. */
  readonly left?: boolean | undefined;
  /** The clinic was told that a person has opened the link. */
  readonly opened?: boolean | undefined;
  /** The language that they chose for the page. */
  readonly language?: string | undefined;
  readonly mic?: boolean | undefined;
  readonly cam?: boolean | undefined;
}

const KEY = "vestibule";
const NOTHING: Kept = { entry: "" };

let memory: Kept = read();

export const kept = {
  get: (): Kept => memory,

  /** Remember more. */
  put(more: Partial<Kept>): void {
    memory = { ...memory, ...more };
    write();
  },

  /** Begin anew for another link or visit; the same one keeps what is known. */
  begin(entry: string, token?: string): void {
    if (memory.entry === entry) return;
    memory = token === undefined ? { entry } : { entry, token };
    write();
  },

  /** Forget the seat. */
  unseat(): void {
    kept.put({ visit: undefined, seat: undefined, secret: undefined, left: undefined });
  },
};

function read(): Kept {
  try {
    return { ...NOTHING, ...(JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Kept>) };
  } catch {
    return NOTHING; // storage may be forbidden: then a reload begins anew
  }
}

function write(): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(memory));
  } catch {
    // as above
  }
}
