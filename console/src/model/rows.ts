//! Changed rows put into a list that is already there.

import type { ExecutionPage, ExecutionRow } from "../api/shapes";

export interface RowFilter {
  machine: string;
  status: string;
  q: string;
  kind: string;
  from: string;
  to: string;
  mapRun?: string;
}

/** Whether the server would have listed it. */
export function matches(row: ExecutionRow, filter: RowFilter): boolean {
  // Children of a Map Run are in its own list alone.
  if (row.mapRunArn !== (filter.mapRun ?? null)) return false;
  if (filter.machine !== "" && row.machine !== filter.machine) return false;
  if (filter.status !== "" && !filter.status.split(",").includes(row.status)) return false;
  if (filter.kind !== "" && filter.kind !== "all" && row.type.toLowerCase() !== filter.kind) return false;
  if (filter.q !== "" && !row.name.toLowerCase().includes(filter.q.toLowerCase())) return false;
  if (filter.from !== "" && row.startedAt < Number(filter.from)) return false;
  if (filter.to !== "" && row.startedAt > Number(filter.to)) return false;
  return true;
}

/** The same execution, started or redriven no earlier, is replaced in place; one that no longer matches goes; new ones are given back, newest first. */
export function merge(pages: ExecutionPage[], rows: ExecutionRow[], filter: RowFilter): { pages: ExecutionPage[]; fresh: ExecutionRow[] } {
  const changed = new Map(rows.map((row) => [row.arn, row]));
  const known = new Set<string>();
  const merged = pages.map((page) => {
    let isSame = true;
    const items = page.items.flatMap((item) => {
      const row = changed.get(item.arn);
      if (row === undefined) return [item];
      isSame = false;
      known.add(row.arn);
      return matches(row, filter) ? [row] : [];
    });
    return isSame ? page : { ...page, items };
  });
  const fresh = [...changed.values()].filter((row) => !known.has(row.arn) && matches(row, filter));
  fresh.sort((a, b) => b.startedAt - a.startedAt);
  return { pages: merged, fresh };
}

/** New rows at the head of a list. Only those that are not older than what the list begins with belong there. */
export function prepend(pages: ExecutionPage[], fresh: ExecutionRow[]): ExecutionPage[] {
  const [first, ...rest] = pages;
  if (first === undefined || fresh.length === 0) return pages;
  const newest = first.items[0]?.startedAt ?? 0;
  const here = new Set(first.items.map((row) => row.arn));
  const added = fresh.filter((row) => row.startedAt >= newest && !here.has(row.arn));
  return added.length === 0 ? pages : [{ ...first, items: [...added, ...first.items] }, ...rest];
}
