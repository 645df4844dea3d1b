//! A list of any length whose rows may open: only those in sight are there, and more are read when its end comes near.

import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";

/** Rows from the end at which more are read. */
const NEAR = 30;

interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

export function VirtualList<Item>({
  label,
  items,
  keyOf,
  rowHeight,
  pages,
  children,
}: {
  label: string;
  items: Item[];
  keyOf: (item: Item) => string | number;
  /** Of a row that is closed, px. */
  rowHeight: number;
  pages: Pages;
  children: (item: Item, place: number) => ReactNode;
}) {
  const host = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => host.current,
    estimateSize: () => rowHeight,
    getItemKey: (place) => (items[place] === undefined ? place : keyOf(items[place])),
    overscan: 12,
  });
  const rows = virtual.getVirtualItems();
  const isNearEnd = (rows.at(-1)?.index ?? 0) >= items.length - NEAR;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetchingNextPage, fetchNextPage]);
  return (
    <div ref={host} className="min-h-0 grow overflow-auto" tabIndex={-1}>
      <ol aria-label={label} className="relative" style={{ height: `${virtual.getTotalSize()}px` }}>
        {rows.map((row) => {
          const item = items[row.index];
          if (item === undefined) return null;
          return (
            <li
              key={row.key}
              ref={virtual.measureElement}
              data-index={row.index}
              aria-setsize={hasNextPage ? -1 : items.length}
              aria-posinset={row.index + 1}
              className="absolute right-0 left-0"
              style={{ top: `${row.start}px` }}
            >
              {children(item, row.index)}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
