import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";
import { parseSync } from "vite";

const SOURCES = fileURLToPath(new URL("../src/", import.meta.url));
/** Attributes and properties that people read or hear. */
const READ = new Set(["aria-label", "aria-description", "aria-roledescription", "alt", "hint", "label", "placeholder", "title", "why", "wrong"]);
/** Functions that show or say what they are given. */
const SAID = new Set(["announce", "toast"]);

type Node = { readonly type: string; readonly [name: string]: unknown };

/** Texts in a file that people would read and that no translation reaches. */
function literalsOf(code: string, file: string): string[] {
  const { program, errors } = parseSync(file, code);
  assert.deepEqual(errors, [], file);
  return within(program as unknown as Node);
}

function within(node: Node): string[] {
  return [...own(node), ...children(node).flatMap(within)];
}

function own(node: Node): string[] {
  if (node.type === "JSXText") return lettersIn(String(node["value"]));
  if (node.type === "JSXElement" || node.type === "JSXFragment") return (node["children"] as Node[]).flatMap((child) => shown(child));
  if (node.type === "JSXAttribute") return READ.has(nameOf(node["name"])) ? shown(node["value"]) : [];
  if (node.type === "Property") return READ.has(nameOf(node["key"])) ? shown(node["value"]) : [];
  if (node.type === "CallExpression" && SAID.has(nameOf(node["callee"]))) return (node["arguments"] as Node[]).flatMap((one) => shown(one));
  return node.type === "AssignmentExpression" && isTitle(node["left"]) ? shown(node["right"]) : [];
}

/** The texts of an expression that can be what is shown. */
function shown(value: unknown): string[] {
  if (!isNode(value)) return [];
  switch (value.type) {
    case "Literal":
      return typeof value["value"] === "string" ? lettersIn(value["value"]) : [];
    case "TemplateLiteral":
      return (value["quasis"] as { readonly value: { readonly cooked: string } }[]).flatMap((one) => lettersIn(one.value.cooked));
    case "JSXExpressionContainer":
      return shown(value["expression"]);
    case "ConditionalExpression":
      return [value["consequent"], value["alternate"]].flatMap(shown);
    case "LogicalExpression":
    case "BinaryExpression":
      return value["operator"] === "+" || value.type === "LogicalExpression" ? [value["left"], value["right"]].flatMap(shown) : [];
    default:
      return [];
  }
}

/** A word of two letters or more; marks and units such as " · " are none. */
function lettersIn(text: string): string[] {
  return /\p{L}{2}/u.test(text) ? [text.trim()] : [];
}

function nameOf(node: unknown): string {
  return isNode(node) ? String(node["name"] ?? node["value"] ?? "") : "";
}

function isTitle(node: unknown): boolean {
  return isNode(node) && node.type === "MemberExpression" && nameOf(node["property"]) === "title";
}

function children(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

describe("what people read stands in the catalogue", () => {
  for (const file of globSync("**/*.{ts,tsx}", { cwd: SOURCES })) {
    test(file, () => {
      assert.deepEqual(literalsOf(readFileSync(SOURCES + file, "utf8"), file), []);
    });
  }
});

test("a text that is left in a page is found, wherever it hides", () => {
  const code = `
    const Page = () => <main aria-label="Over all"><p>Hello</p>{done ? "Done now" : words.wait}{\`\${n} of them\`}</main>;
    const item = { label: "Let in", icon: X, key: "not read" };
    toast("Saved it");
    document.title = "My page";`;
  const found = ["Over all", "Hello", "Done now", "of them", "Let in", "Saved it", "My page"];
  assert.deepEqual(literalsOf(code, "page.tsx").toSorted(), found.toSorted());
});
