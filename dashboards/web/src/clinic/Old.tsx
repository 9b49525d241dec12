import { Banner, Button } from "../ui/index.ts";
import { words } from "./words.ts";

/** What is to be fetched is gone: the server has been renewed since this page was opened. */
export function Old() {
  return (
    <div class="page-banner">
      <Banner tone="wait" live>
        {words.app.old}{" "}
        <Button size="dense" onClick={() => location.reload()}>
          {words.app.reload}
        </Button>
      </Banner>
    </div>
  );
}
