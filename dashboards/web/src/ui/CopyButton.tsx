import { useEffect, useState } from "preact/hooks";
import { Check, Copy } from "lucide-preact";
import { Button } from "./Button.tsx";
import { announce } from "./toast.tsx";
import { words } from "./words.ts";

interface Props {
  text: string;
  /** What is copied: "Copy link". */
  children: string;
  size?: "dense";
}

const SHOWN_MS = 2000;

/** Copies `text`, and says so where one looks: in the button itself. */
export function CopyButton({ text, children, size }: Props) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const onClick = async () => {
    if (!(await copy(text))) return;
    setCopied(true);
    announce(words.copied);
  };
  return (
    <Button icon={copied ? Check : Copy} {...(size ? { size } : {})} onClick={onClick}>
      {copied ? words.copied : children}
    </Button>
  );
}

/** The clipboard's own way needs https; the old way does not. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "unseen";
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
