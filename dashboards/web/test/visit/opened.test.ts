import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { kept } from "../../src/visit/kept.ts";
import { tellOpened } from "../../src/visit/opened.ts";

type Heard = (event: Pick<Event, "type" | "isTrusted">) => void;

/** A window that hears what we say happened, trusted or not, which no real event can be told to be. */
function page() {
  const listeners = new Map<string, Set<Heard>>();
  const window = {
    addEventListener: (type: string, heard: Heard) => listeners.set(type, (listeners.get(type) ?? new Set()).add(heard)),
    removeEventListener: (type: string, heard: Heard) => listeners.get(type)?.delete(heard),
  };
  const asked: string[] = [];
  const fetch = (path: string) => {
    asked.push(path);
    return Promise.reject(new Error("no network"));
  };
  Object.assign(globalThis, { window, fetch });
  return { asked, happens: (type: string, isTrusted = true) => listeners.get(type)?.forEach((heard) => heard({ type, isTrusted })) };
}

beforeEach(() => kept.put({ opened: undefined }));

test("the first press, key or click of a person is told, and then none; that it fails is no matter", () => {
  for (const deed of ["pointerdown", "keydown", "click"]) {
    kept.put({ opened: undefined });
    const { asked, happens } = page();
    tellOpened("t");
    happens(deed);
    for (const more of ["pointerdown", "keydown", "click"]) happens(more);
    assert.deepEqual(asked, ["/api/v1/links/opened"]);
  }
});

test("loading, scrolling, moving focus, and what a script makes up are nobody's", () => {
  const { asked, happens } = page();
  tellOpened("t");
  for (const event of ["load", "scroll", "focus", "focusin", "visibilitychange"]) happens(event);
  for (const event of ["pointerdown", "keydown", "click"]) happens(event, false);
  assert.deepEqual(asked, []);
});

test("a reload does not tell it again", () => {
  const { asked, happens } = page();
  tellOpened("t");
  happens("keydown");
  tellOpened("t");
  happens("keydown");
  assert.equal(asked.length, 1);
});
