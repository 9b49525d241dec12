import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { effect } from "@preact/signals";
import { language, locale, nearest, ownName, reading, speak } from "../../src/ui/language.ts";
import { goodbyeText, refusalText, sentenceText } from "../../src/ui/refusals.ts";
import { beforeStart, clockTime, dayOf, minutes } from "../../src/ui/time.ts";
import { words } from "../../src/ui/words.ts";
import { words as clinic } from "../../src/clinic/words.ts";
import { Refused } from "../../src/wire/index.ts";

const AT = Date.UTC(2022, 3, 9, 1, 47);
const LA = "America/Los_Angeles";

afterEach(() => speak("en"));

describe("a page speaks one language at a time", () => {
  test("sentences follow a change, also where they were read before", async () => {
    const drawn: string[] = [];
    const stop = effect(() => void drawn.push(words.close));
    const { guest } = words;
    await speak("es");
    assert.deepEqual(drawn, ["Close", "Cerrar"]);
    assert.equal(guest.visitWith("Dr. Rivera"), "Su consulta con Dr. Rivera");
    assert.equal(language.value, "es");
    stop();
  });

  test("whoever chooses twice gets what they chose last", async () => {
    await Promise.all([speak("es"), speak("en")]);
    assert.equal(words.close, "Close");
  });

  test("what cannot be fetched leaves the page as it is, until it can", async () => {
    let offline = true;
    const es = async () => (offline ? Promise.reject(new Error("offline")) : { hello: "Hola" });
    const late = reading<{ readonly hello: string }>({ hello: "Hello" }, { es });
    await speak("es");
    assert.deepEqual([late.hello, words.close], ["Hello", "Close"]);
    offline = false;
    await speak("es");
    assert.deepEqual([late.hello, words.close], ["Hola", "Cerrar"]);
  });
});

describe("parts are filled in", () => {
  const own = { one: "{who} and {count} more", other: "{who} and {count} more of {who}" };
  const told = reading<{ readonly f: (who: string, count: number) => string }>({ f: own }, { es: async () => ({ f: own }) });

  test("in English's order, each wherever it is said", () => {
    assert.equal(told.f("Ana", 1), "Ana and 1 more");
    assert.equal(told.f("Ana", 3), "Ana and 3 more of Ana");
  });

  test("and never again: a name may look like a part", () => {
    assert.equal(told.f("{count}", 1), "{count} and 1 more");
  });

  test("lists are joined as people do", async () => {
    assert.equal(clinic.complete.inside(["Ana", "Ben", "Cleo"], 3), "Ana, Ben, and Cleo are still in the call: it ends for all of them now.");
    await speak("es");
    assert.match(clinic.complete.inside(["Ana", "Ben", "Inés"], 3), /^Ana, Ben e Inés siguen/);
  });

  test("a word that no sentence has is none, whatever objects inherit", () => {
    assert.equal((clinic.state as Readonly<Record<string, unknown>>)["constructor"], undefined);
  });
});

describe("times", () => {
  test("are written as the language does, with the zone's one name (D9)", async () => {
    assert.equal(clockTime(AT, LA), "6:47 PM (PDT)");
    await speak("es");
    assert.equal(clockTime(AT, LA), "6:47 p.m. (PDT)");
    assert.equal(dayOf(AT, LA), "viernes, 8 de abril");
    assert.equal(minutes(65 * 60_000), "1 h 5 min");
    assert.equal(beforeStart(2880), "2 días antes");
    assert.equal(locale(), "es-US");
  });
});

describe("what the server refuses", () => {
  const early = new Refused("early", "You're early. Your visit opens at 6:47 PM (PDT) on Fri, Apr 8.", { at: AT });

  test("is said in the page's language, by its code", async () => {
    assert.equal(refusalText(early, LA), early.message);
    await speak("es");
    assert.equal(refusalText(early, LA), "Es temprano todavía. Su consulta se abre el viernes, 8 de abril, 6:47 p.m. (PDT).");
    assert.equal(refusalText(new Refused("link_over", "…", { number: "555-0123" })), "El tiempo de este enlace terminó. Llame a la clínica: 555-0123.");
    assert.equal(refusalText(new Refused("link_over", "…")), "El tiempo de este enlace terminó. Llame a la clínica.");
    assert.match(refusalText(new Refused("sign_in_slow", "…", { retryAfterMs: 4200 })), /Espere 5 segundos/);
    assert.equal(goodbyeText("moved", "…"), "Esta consulta está ahora abierta en otro dispositivo.");
  });

  test("is said in the server's words where we have none, or lack a part", async () => {
    await speak("es");
    assert.equal(refusalText(new Refused("brand_new", "Something new.")), "Something new.");
    assert.equal(refusalText(new Refused("early", "You're early.")), "You're early.");
  });

  test("a field's fault is known by its sentence", async () => {
    await speak("es");
    assert.equal(sentenceText("Please fill this in."), "Complete este campo.");
    assert.equal(sentenceText("Please give at most 120."), "Indique como máximo 120.");
    assert.equal(sentenceText("Something else."), "Something else.");
  });
});

test("languages are found by their tags, and name themselves", () => {
  assert.deepEqual(["es-MX", "ES", "es_419", "de", ""].map(nearest), ["es", "es", "es", undefined, undefined]);
  assert.deepEqual(["en", "es"].map(ownName), ["English", "Español"]);
});
