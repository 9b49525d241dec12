import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { X } from "lucide-preact";
import { Button } from "../../../ui/index.ts";
import { words as shared } from "../../../ui/words.ts";

interface Props {
  title: string;
  /** Called when somebody wants it gone: Escape or the cross. */
  onClose: () => void;
  /** It takes the place of one that is there already. */
  instead?: boolean;
  children: ComponentChildren;
}

/** A dialog at the right over the whole height; on a phone over the whole window. A click beside it loses nothing. */
export function Sheet({ title, onClose, instead, children }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = box.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  useEffect(() => {
    // a step whose first field has not taken the keyboard is read out from its heading
    if (!box.current?.contains(document.activeElement) || document.activeElement === box.current) heading.current?.focus();
  }, [title]);
  return (
    <dialog
      ref={box}
      class={instead ? "dialog sheet sheet-instead" : "dialog sheet"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (event.target === box.current) onClose();
      }}
    >
      <div class="sheet-head">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <Button kind="plain" size="dense" icon={X} label={shared.close} onClick={onClose} />
      </div>
      {children}
    </dialog>
  );
}
