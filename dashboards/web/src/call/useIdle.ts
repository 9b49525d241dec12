import { useEffect, useState } from "preact/hooks";

const IDLE_MS = 4_000;

/** True when the bar may hide: on touch, 4 s after the last touch. Never while `busy`, and never for keyboard or mouse. */
export function useIdle(busy: boolean): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wake = () => {
      clearTimeout(timer);
      setIdle(false);
    };
    const touched = (event: PointerEvent) => {
      wake();
      if (event.pointerType === "touch") timer = setTimeout(() => setIdle(!keyboardIsUsed()), IDLE_MS);
    };
    window.addEventListener("pointerdown", touched);
    window.addEventListener("pointermove", touched);
    window.addEventListener("keydown", wake);
    return () => {
      wake();
      window.removeEventListener("pointerdown", touched);
      window.removeEventListener("pointermove", touched);
      window.removeEventListener("keydown", wake);
    };
  }, []);
  return idle && !busy;
}

function keyboardIsUsed(): boolean {
  return document.querySelector(".bar :focus-visible") !== null;
}
