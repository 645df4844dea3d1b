//! `model/url.ts` for components.

import { useCallback, useMemo, useRef } from "react";
import { useLocation, useSearch } from "wouter";
import { changeSearch, readSearch, type UrlState } from "./url";

/** `defaults` must be a constant. Changes replace the entry of the browser's history unless `push` is set. */
export function useUrlState<State extends UrlState>(
  defaults: State,
): [State, (changes: Partial<State>, options?: { push?: boolean }) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const latest = useRef({ search, path });
  latest.current = { search, path };
  const change = useCallback(
    (changes: Partial<State>, options?: { push?: boolean }) => {
      const query = changeSearch(latest.current.search, changes, defaults);
      latest.current.search = query;
      navigate(query === "" ? latest.current.path : `${latest.current.path}?${query}`, { replace: !options?.push });
    },
    [navigate, defaults],
  );
  return [useMemo(() => readSearch(search, defaults), [search, defaults]), change];
}
