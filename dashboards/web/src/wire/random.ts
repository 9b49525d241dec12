/** Random text for page ids, operations and pairs; works where `crypto.randomUUID` does not (plain http). */
export function randomText(bytes = 12): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** This load of the page, told to the server in every hello. */
export const PAGE: string = randomText(8);
