import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { X } from "lucide-preact";
import { Button } from "./Button.tsx";
import { words } from "./words.ts";

interface Props {
  title: string;
  /** Called when it closes itself: Escape, the cross, a click beside it. */
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog: the browser's own, so that focus stays in it and goes back where it came from. */
export function Dialog({ title, onClose, children }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = box.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={box}
      class="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === box.current && onClose()}
    >
      <div class="dialog-in">
        <div class="dialog-head">
          <h2 id={id}>{title}</h2>
          <Button kind="plain" icon={X} label={words.close} onClick={onClose} />
        </div>
        {children}
      </div>
    </dialog>
  );
}

interface AskProps extends Props {
  /** The button that does it, in words that say what happens. */
  act: string;
  /** The button that leaves things as they are, where "Cancel" could mean either. */
  keep?: string;
  busy?: boolean;
  onAct: () => void;
}

/** Ask once before something that cannot be undone. */
export function AskFirst({ title, act, keep = words.cancel, busy = false, onAct, onClose, children }: AskProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <div class="dialog-acts">
        <Button kind="quiet" onClick={onClose}>
          {keep}
        </Button>
        <Button kind="danger" busy={busy} onClick={onAct}>
          {act}
        </Button>
      </div>
    </Dialog>
  );
}
