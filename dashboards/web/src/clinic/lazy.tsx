/** Pages that are fetched when somebody first goes there, so that the waiting room stays light. */
import type { ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A component that `load` fetches when it is first drawn: `waiting` stands there until it has come, `failed` when it cannot. */
export function lazy(load: () => Promise<ComponentType>, waiting: VNode | null, failed: VNode): ComponentType {
  let loaded: ComponentType | undefined;
  return function Lazy() {
    const [state, setState] = useState<"waiting" | "here" | "failed">(loaded ? "here" : "waiting");
    useEffect(() => {
      if (loaded) return;
      load().then(
        (component) => {
          loaded = component;
          setState("here");
        },
        () => setState("failed"),
      );
    }, []);
    if (state === "failed") return failed;
    const Loaded = loaded;
    return Loaded ? <Loaded /> : waiting;
  };
}
