import { useStaff } from "../staff.ts";
import { EndDialog } from "./EndDialog.tsx";
import { ending } from "./open.ts";

/** The question before a visit is ended or cancelled, while it is asked. */
export function Ending() {
  const row = useStaff().live.board.find(ending.value);
  if (!row) return null;
  return (
    <EndDialog
      row={row.state.value}
      onClose={() => {
        ending.value = "";
      }}
    />
  );
}
