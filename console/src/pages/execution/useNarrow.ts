//! Whether the details stand beside the view or below it.

import { useSyncExternalStore } from "react";

const query = window.matchMedia("(max-width: 900px)");

export function useDefaultLayout(): "narrow" | "wide" {
  const isNarrow = useSyncExternalStore(
    (listener) => {
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => query.matches,
  );
  return isNarrow ? "narrow" : "wide";
}
