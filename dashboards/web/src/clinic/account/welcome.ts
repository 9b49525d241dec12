/** A welcome link, and what may be a password. */

/** Characters that a new password must have; the server asks for as many. */
export const SHORTEST_PASSWORD = 12;

/**
 * The token of a welcome link: "" when the address has none, undefined when it is another page.
 *
 * Some mail programs spell the `#` as `%23`, once or twice; then it stands in the path.
 */
export function welcomeIn({ pathname, hash }: { readonly pathname: string; readonly hash: string }): string | undefined {
  const inPath = /^\/welcome(?:\/|(?:%23|%2523)(.*))?$/i.exec(pathname);
  if (!inPath) return undefined;
  return hash.replace(/^#/, "").trim() || (inPath[1] ?? "");
}

/** Characters as people count them. */
export function lettersOf(password: string): number {
  return [...password].length;
}
