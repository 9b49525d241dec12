/** The parts every page is made of. Import "./base.css" and "./controls.css" once in a page's entry. */

export { Banner } from "./Banner.tsx";
export { Button } from "./Button.tsx";
export { Chips } from "./Chips.tsx";
export { CopyButton } from "./CopyButton.tsx";
export { AskFirst, Dialog } from "./Dialog.tsx";
export { Check, Field, Select } from "./Field.tsx";
export { Icon } from "./Icon.tsx";
export { Avatar, RoleName } from "./Person.tsx";
export * as time from "./time.ts";
export { announce, clearToasts, toast, Toasts } from "./toast.tsx";
export { useNow } from "./useNow.ts";
export { words } from "./words.ts";
