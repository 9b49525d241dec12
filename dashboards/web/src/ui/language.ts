/**
 * In which language a page speaks, and how it reads its sentences. English comes with the page; another language is
 * fetched once somebody needs it.
 *
 * `words.x.y` is the sentence of now: read it while drawing, and what was drawn follows a change of the language.
 */

import { batch, signal, type ReadonlySignal } from "@preact/signals";
import type { Part } from "./catalogue.ts";

export const LANGUAGES = ["en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];
const FIRST = "en";

/** Sentences by name: a plain one, the plural forms of one, or more of them. */
export interface Texts {
  readonly [name: string]: string | Texts;
}

/** Fetches the sentences of the languages that do not come with the page. */
export type Others = Readonly<Record<Exclude<Language, typeof FIRST>, () => Promise<Texts>>>;

const spoken = signal<Language>(FIRST);

/** The language of what is read now. */
export const language: ReadonlySignal<Language> = spoken;

/** As Intl knows it. Our clinics are in the United States: their Spanish writes times as their English does. */
export function locale(): string {
  return `${spoken.value}-US`;
}

/** The language of ours that a tag such as `es-MX` means (RFC 5646); undefined when it is none. */
export function nearest(tag: string): Language | undefined {
  const [code = ""] = tag.toLowerCase().split(/[-_]/);
  return LANGUAGES.find((one) => one === code);
}

/** The first language of ours that the browser asks for. */
export function browsers(): Language {
  const tags = typeof navigator === "undefined" ? [] : navigator.languages;
  return tags.map(nearest).find((one) => one !== undefined) ?? FIRST;
}

/** A language's name as those who speak it write it: "Español". */
export function ownName(of: string): string {
  const name = new Intl.DisplayNames(of, { type: "language" }).of(of) ?? of;
  return name.charAt(0).toLocaleUpperCase(of) + name.slice(1);
}

/** A part of the page's sentences, in the languages that were fetched so far. */
class Catalogue {
  readonly #known = new Map<Language, Texts>();
  readonly #now = signal<Texts>({});
  readonly #first: Texts;
  readonly #others: Others;

  constructor(first: Texts, others: Others) {
    this.#first = first;
    this.#others = others;
    this.#known.set(FIRST, first);
    this.#now.value = first;
  }

  get now(): Texts {
    return this.#now.value;
  }

  async fetch(of: Language): Promise<void> {
    if (of !== FIRST && !this.#known.has(of)) this.#known.set(of, await this.#others[of]());
  }

  turn(to: Language): void {
    this.#now.value = this.#known.get(to) ?? this.#first;
  }
}

const catalogues = new Set<Catalogue>();
let wanted: Language = FIRST;

/** Speak another language from now on. Resolves when it is spoken; what cannot be fetched goes on as it is. */
export async function speak(next: Language): Promise<void> {
  wanted = next;
  try {
    await Promise.all([...catalogues].map((one) => one.fetch(next)));
  } catch {
    return; // the page goes on in the language that it has
  }
  if (wanted !== next) return; // somebody chose again meanwhile
  batch(() => {
    spoken.value = next;
    for (const one of catalogues) one.turn(next);
  });
  if (typeof document !== "undefined") document.documentElement.lang = next;
}

/** What a part of the page that was loaded later says, in the language that is spoken. */
export function caughtUp(): Promise<void> {
  return speak(wanted);
}

/** The sentences by name as they are said now: `first` in English, `others` fetched when they are wanted. */
export function texts(first: Texts, others: Others): () => Texts {
  const catalogue = new Catalogue(first, others);
  catalogues.add(catalogue);
  return () => catalogue.now;
}

/** Read sentences as properties, those with parts as functions of their parts. */
export function reading<Words extends object>(first: Texts, others: Others): Words {
  return branch(first, texts(first, others)) as Words;
}

function branch(first: Texts, now: () => Texts): object {
  const words = Object.create(null) as object; // a code such as "constructor" is no word
  for (const [name, leaf] of Object.entries(first)) {
    const here = () => now()[name] ?? leaf;
    Object.defineProperty(words, name, { enumerable: true, ...reader(leaf, here) });
  }
  return words;
}

function reader(first: string | Texts, here: () => string | Texts): PropertyDescriptor {
  if (typeof first !== "string" && !isPlural(first)) {
    return { value: branch(first, () => here() as Texts) };
  }
  const order = partsOf(first);
  if (!order.length) return { get: here };
  return { value: (...given: Part[]) => filled(formOf(here(), given[order.indexOf("count")]), order, given) };
}

function isPlural(leaf: Texts): boolean {
  return Object.keys(leaf).every((name) => name === "one" || name === "other");
}

/** The parts as English says them, and last the count that chooses without being said. */
function partsOf(leaf: string | Texts): string[] {
  const said = typeof leaf === "string" ? [leaf] : Object.values(leaf).filter((one) => typeof one === "string");
  const parts = said.flatMap((one) => [...one.matchAll(PART)].map(([, name = ""]) => name));
  return [...new Set(typeof leaf === "string" ? parts : [...parts, "count"])];
}

const PART = /\{(\w+)\}/g;

function formOf(leaf: string | Texts, count: Part | undefined): string {
  if (typeof leaf === "string") return leaf;
  const form = leaf[plurals().select(Number(count))] ?? leaf["other"];
  return typeof form === "string" ? form : "";
}

function filled(text: string, order: readonly string[], given: readonly Part[]): string {
  return text.replace(PART, (whole, name: string) => {
    const part = given[order.indexOf(name)];
    return part === undefined ? whole : typeof part === "object" ? listed(part) : String(part);
  });
}

/** "Ana, Ben, and Cleo" */
function listed(names: readonly string[]): string {
  return lists().format(names);
}

const plurals = perLocale((locale) => new Intl.PluralRules(locale));
const lists = perLocale((locale) => new Intl.ListFormat(locale, { type: "conjunction" }));

/** Formatters are slow to make: each is made once for a language. */
function perLocale<Format>(make: (locale: string) => Format): () => Format {
  const known = new Map<string, Format>();
  return () => {
    const made = known.get(locale()) ?? make(locale());
    known.set(locale(), made);
    return made;
  };
}
