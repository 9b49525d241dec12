/** The golden vectors that the Python side writes: every frame reads here as what it says, in both subprotocols. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { encode } from "@msgpack/msgpack";
import { json, msgpack } from "../../src/wire/codec.ts";
import type { FromClient, FromServer, Numbered } from "../../src/wire/messages.ts";

interface Vector {
  readonly value: FromClient | FromServer | readonly [number, Numbered];
  readonly json: string;
  readonly msgpack: string;
}

const FOLDER = new URL("../../../../tests/vectors/", import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

test("there are vectors", () => {
  assert.ok(files.length > 0);
});

for (const name of files) {
  const vectors = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Vector[];

  test(`${name}: ${vectors.length} frames read as what they say`, () => {
    for (const { value, json: text, msgpack: hex } of vectors) {
      const expected = Array.isArray(value) ? { seq: value[0], message: value[1] } : { seq: 0, message: value };
      assert.deepEqual(msgpack.decode(bytes(hex)), expected);
      assert.deepEqual(json.decode(text), expected);
    }
  });

  test(`${name}: what we write of it reads as the same`, () => {
    for (const { value } of vectors) {
      if (Array.isArray(value)) assert.deepEqual(msgpack.decode(encode(value)).message, value[1]);
      else {
        assert.deepEqual(msgpack.decode(msgpack.encode(value as FromClient)).message, value);
        assert.deepEqual(json.decode(json.encode(value as FromClient)).message, value);
      }
    }
  });
}

test("times beyond 32 bits stay exact numbers", () => {
  const beat = { t: "ready.staff", id: 1, user: "u", name: "n", role: "provider", clinic: "c", now: 1_772_470_800_123 };
  assert.deepEqual(msgpack.decode(encode(beat)).message, beat);
});

function bytes(hex: string): ArrayBuffer {
  const found = Buffer.from(hex, "hex");
  return found.buffer.slice(found.byteOffset, found.byteOffset + found.byteLength) as ArrayBuffer;
}
