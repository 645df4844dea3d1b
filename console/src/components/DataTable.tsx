//! A table of any length: only the rows in sight are there, the arrow keys walk, Enter opens, Space selects.
//!
//! Rows that stay are not drawn again when others come: what a row shows is kept for as long as its item is the same object.

import { type Range, defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { Check, Minus } from "lucide-react";
import { type FocusEvent, type KeyboardEvent, type MouseEvent, type ReactNode, memo, useEffect, useId, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { rowAfter } from "../model/grid";

export interface Column<Item> {
  id: string;
  name: string;
  /** px, or a share such as `2fr`. */
  width: number | `${number}fr`;
  /** px */
  minWidth?: number;
  /** The least width of the window that shows it, px. @default 0 */
  from?: number;
  align?: "end";
  isRowHeader?: boolean;
  cell: (item: Item) => ReactNode;
}

/** px */
export const ROW_HEIGHT = 32;
/** px */
const HEAD_HEIGHT = 30;
/** px, with its padding. */
const BOX_WIDTH = 42;
/** Rows out of sight that are there too. */
const OVERSCAN = 8;
/** Rows from the end at which more are read. */
const NEAR = 15;
const STOPS = "a[href], button:not(:disabled), input";
const CELL = "ring-inset flex h-full min-w-0 items-center overflow-hidden px-2.5 whitespace-nowrap";

export function useWindowWidth(): number {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener("resize", listener);
      return () => window.removeEventListener("resize", listener);
    },
    () => window.innerWidth,
  );
}

export function DataTable<Item extends object>({
  label,
  columns,
  items,
  keyOf,
  onOpen,
  selection,
  onSelection,
  onMore,
  isLoadingMore = false,
  empty,
  rowHeight = ROW_HEIGHT,
  rowClassName = "",
}: {
  label: string;
  columns: Column<Item>[];
  items: Item[];
  keyOf: (item: Item) => string;
  onOpen?: (item: Item) => void;
  selection?: Set<string>;
  onSelection?: (keys: Set<string>) => void;
  onMore?: (() => void) | undefined;
  isLoadingMore?: boolean;
  empty: ReactNode;
  rowHeight?: number;
  rowClassName?: string;
}) {
  const width = useWindowWidth();
  const shown = useMemo(() => columns.filter((column) => width >= (column.from ?? 0)), [columns, width]);
  const isSelectable = selection !== undefined;
  const host = useRef<HTMLDivElement>(null);
  /** The row that Tab comes to, and whether it has the focus. */
  const [current, setCurrent] = useState<string | null>(null);
  /** Where a selection with Shift began. */
  const anchor = useRef<string | null>(null);
  const isLeaving = useRef(false);
  const keys = useMemo(() => items.map(keyOf), [items, keyOf]);
  const places = useMemo(() => new Map(keys.map((key, place) => [key, place])), [keys]);
  const currentPlace = current === null ? undefined : places.get(current);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => host.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollPaddingStart: HEAD_HEIGHT,
    scrollMargin: HEAD_HEIGHT,
    // The row that has the focus stays, however far new ones push it.
    rangeExtractor: (range: Range) => {
      const shownPlaces = defaultRangeExtractor(range);
      return currentPlace === undefined || shownPlaces.includes(currentPlace) ? shownPlaces : [...shownPlaces, currentPlace].sort((a, b) => a - b);
    },
  });
  const inSight = virtual.getVirtualItems();
  const isNearEnd = (virtual.range?.endIndex ?? 0) >= items.length - NEAR;
  useEffect(() => {
    if (isNearEnd && onMore && !isLoadingMore) onMore();
  }, [isNearEnd, onMore, isLoadingMore, items.length]);
  const tabStop = currentPlace ?? virtual.range?.startIndex ?? 0;

  const goTo = (place: number) => {
    const key = keys[place];
    if (key === undefined) return;
    setCurrent(key);
    virtual.scrollToIndex(place, { align: "auto" });
    // The row may have to come into being first.
    requestAnimationFrame(() => rowAt(place)?.focus({ preventScroll: true }));
  };
  const rowAt = (place: number) => host.current?.querySelector<HTMLElement>(`[aria-rowindex="${place + 2}"]`) ?? null;

  const select = (chosen: Iterable<string>) => onSelection?.(new Set(chosen));
  const toggle = (key: string) => {
    anchor.current = key;
    const next = new Set(selection);
    if (!next.delete(key)) next.add(key);
    select(next);
  };
  /** From where the selection began up to a row. */
  const extend = (place: number) => {
    const from = places.get(anchor.current ?? current ?? "") ?? place;
    anchor.current ??= keys[from] ?? null;
    select([...(selection ?? []), ...keys.slice(Math.min(from, place), Math.max(from, place) + 1)]);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    if (event.key === "Tab") {
      leave(event);
      return;
    }
    const row = target.closest<HTMLElement>("[role=row]");
    const place = row?.ariaRowIndex ? Number(row.ariaRowIndex) - 2 : tabStop;
    const isOnRow = target === row;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      if (row === null) return;
      const stops = [row, ...row.querySelectorAll<HTMLElement>(STOPS)];
      stops[Math.min(stops.length - 1, Math.max(0, stops.indexOf(target) + (event.key === "ArrowRight" ? 1 : -1)))]?.focus();
      event.preventDefault();
      return;
    }
    const next = rowAfter(event.key, place, items.length, Math.max(1, Math.floor(((host.current?.clientHeight ?? 0) - HEAD_HEIGHT) / rowHeight) - 1));
    if (next !== null) {
      event.preventDefault();
      if (next < 0) return;
      if (event.shiftKey && isSelectable) extend(next);
      else anchor.current = null;
      goTo(next);
      return;
    }
    const item = items[place];
    const key = keys[place];
    if (item === undefined || key === undefined) return;
    if (event.key === "Enter" && isOnRow) onOpen?.(item);
    else if (event.key === " " && isOnRow && isSelectable) toggle(key);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey) && isSelectable) select(keys);
    else if (event.key === "Escape" && isSelectable && selection.size > 0) select([]);
    else return;
    event.preventDefault();
  };

  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>("[role=row]");
    const place = Number(row?.ariaRowIndex ?? 0) - 2;
    const item = items[place];
    const key = keys[place];
    if (item === undefined || key === undefined || event.defaultPrevented) return;
    // What belongs to a link or a button is for it; a text that was just marked is no click.
    if (target.closest(`${STOPS}, label`) !== null || !document.getSelection()?.isCollapsed) return;
    if (isSelectable && event.shiftKey) extend(place);
    else if (isSelectable && (event.ctrlKey || event.metaKey)) toggle(key);
    else onOpen?.(item);
  };

  /** The table is one stop of Tab, two with its head: the browser goes on from the last thing in it, or back from the first. */
  const leave = (event: KeyboardEvent<HTMLDivElement>) => {
    const all = [...(host.current?.querySelectorAll<HTMLElement>(STOPS) ?? [])];
    const head = host.current?.querySelector<HTMLElement>("[role=columnheader] input") ?? null;
    const isOnHead = event.target === head;
    if (isOnHead && !event.shiftKey && items.length > 0) {
      event.preventDefault();
      rowAt(tabStop)?.focus({ preventScroll: true });
    } else if (!isOnHead && event.shiftKey && head !== null) {
      event.preventDefault();
      head.focus();
    } else {
      isLeaving.current = true;
      (event.shiftKey ? rowAt((inSight[0]?.index ?? 0)) : all.at(-1))?.focus({ preventScroll: true });
      isLeaving.current = false;
    }
  };

  const onFocus = (event: FocusEvent<HTMLDivElement>) => {
    if (isLeaving.current) return;
    const target = event.target as HTMLElement;
    const place = Number(target.closest("[role=row]")?.ariaRowIndex ?? 0) - 2;
    const comesIn = !(event.relatedTarget instanceof Node && host.current?.contains(event.relatedTarget));
    // Tab comes to the row where one was, even from behind.
    const isStray = comesIn && place >= 0 && place !== tabStop && target.matches(":focus-visible");
    if (target === host.current || isStray) rowAt(tabStop)?.focus({ preventScroll: true });
    else if (place >= 0) setCurrent(keys[place] ?? null);
  };

  const { template, least } = useMemo(() => {
    const widths = shown.map(({ width: wide, minWidth }) => (typeof wide === "number" ? `${wide}px` : `minmax(${minWidth ?? BOX_WIDTH}px, ${wide})`));
    const leasts = shown.map(({ width: wide, minWidth }) => (typeof wide === "number" ? wide : (minWidth ?? BOX_WIDTH)));
    const box = isSelectable ? BOX_WIDTH : 0;
    return { template: [...(isSelectable ? [`${box}px`] : []), ...widths].join(" "), least: `${leasts.reduce((sum, each) => sum + each, box)}px` };
  }, [shown, isSelectable]);
  const id = useId();
  const chosen = selection?.size ?? 0;
  const isAll = chosen > 0 && keys.every((key) => selection?.has(key));
  const boxes = useRef({ toggle, extend });
  boxes.current = { toggle, extend };
  return (
    <div className="flex min-h-0 grow flex-col">
      <div
        ref={host}
        role="grid"
        aria-label={label}
        aria-rowcount={onMore ? -1 : items.length + 1}
        aria-colcount={shown.length + (isSelectable ? 1 : 0)}
        {...(isSelectable ? { "aria-multiselectable": true } : {})}
        tabIndex={-1}
        onFocus={onFocus}
        onKeyDown={onKeyDown}
        onClick={onClick}
        className={`overflow-auto outline-none [&_[role=row]>:first-child]:pl-4 ${items.length === 0 ? "shrink-0" : "min-h-0 grow"}`}
      >
        <div role="rowgroup" className="sticky top-0 z-1" style={{ minWidth: least }}>
          <div role="row" aria-rowindex={1} className="grid border-b border-line bg-raised text-meta font-medium text-muted" style={{ gridTemplateColumns: template, height: `${HEAD_HEIGHT}px` }}>
            {isSelectable && (
              <div role="columnheader" aria-colindex={1} className={CELL}>
                <Box
                  label="Select all"
                  isSelected={isAll}
                  isSome={chosen > 0 && !isAll}
                  onChange={() => select(isAll ? [] : keys)}
                />
              </div>
            )}
            {shown.map((column, place) => (
              <div
                key={column.id}
                role="columnheader"
                aria-colindex={place + 1 + Number(isSelectable)}
                className={`flex h-full items-center px-2.5 whitespace-nowrap ${column.align === "end" ? "justify-end" : ""}`}
              >
                {column.name}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="relative" style={{ minWidth: least, height: `${items.length * rowHeight}px` }}>
            {inSight.map(({ index }) => {
              const item = items[index];
              const key = keys[index];
              if (item === undefined || key === undefined) return null;
              const isSelected = selection?.has(key) ?? false;
              return (
                <div
                  key={key}
                  role="row"
                  aria-rowindex={index + 2}
                  {...(isSelectable ? { "aria-selected": isSelected } : {})}
                  tabIndex={index === tabStop ? 0 : -1}
                  className={`ring-inset group absolute inset-x-0 grid border-b border-line ${isSelected ? "bg-accent-fill" : "bg-canvas hover:bg-hover"} ${onOpen ? "cursor-pointer" : ""} ${rowClassName}`}
                  style={{ gridTemplateColumns: template, height: `${rowHeight}px`, top: `${index * rowHeight}px` }}
                >
                  {isSelectable && (
                    <div role="gridcell" aria-colindex={1} className={CELL}>
                      <RowBox table={id} rowKey={key} isSelected={isSelected} boxes={boxes} place={index} />
                    </div>
                  )}
                  <Cells item={item} id={`${id}${key}`} columns={shown as Column<object>[]} first={isSelectable ? 2 : 1} />
                </div>
              );
            })}
        </div>
        {isLoadingMore && (
          <div className="flex h-8 items-center px-3 text-meta text-muted" role="presentation">
            Loading more…
          </div>
        )}
      </div>
      {items.length === 0 && empty}
    </div>
  );
}

/** What a row shows: the same for as long as its item is. */
const Cells = memo(function Cells({ item, id, columns, first }: { item: object; id: string; columns: Column<object>[]; first: number }) {
  return columns.map((column, place) => (
    <div
      key={column.id}
      {...(column.isRowHeader ? { role: "rowheader", id } : { role: "gridcell" })}
      aria-colindex={place + first}
      className={`${CELL} ${column.align === "end" ? "tabular justify-end" : ""}`}
    >
      <div className="min-w-0 truncate">{column.cell(item)}</div>
    </div>
  ));
});

interface Boxes {
  current: { toggle: (key: string) => void; extend: (place: number) => void };
}

function RowBox({ table, rowKey, isSelected, boxes, place }: { table: string; rowKey: string; isSelected: boolean; boxes: Boxes; place: number }) {
  return (
    <Box
      label="Select"
      of={`${table}${rowKey}`}
      isSelected={isSelected}
      onChange={(event) => (event.shiftKey ? boxes.current.extend(place) : boxes.current.toggle(rowKey))}
    />
  );
}

/** The browser's own box with a picture over it. */
function Box({
  label,
  of,
  isSelected,
  isSome = false,
  onChange,
}: {
  label: string;
  /** The id of what it is the box of. */
  of?: string;
  isSelected: boolean;
  isSome?: boolean;
  onChange: (event: { shiftKey: boolean }) => void;
}) {
  return (
    <label className="relative -m-1 flex size-6 shrink-0 items-center justify-center">
      <input
        type="checkbox"
        aria-label={label}
        {...(of === undefined ? {} : { id: `${of}-box`, "aria-labelledby": `${of}-box ${of}` })}
        checked={isSelected}
        ref={(input) => {
          if (input) input.indeterminate = isSome;
        }}
        onChange={(event) => onChange({ shiftKey: (event.nativeEvent as unknown as { shiftKey?: boolean }).shiftKey ?? false })}
        className="peer absolute inset-0 m-0 size-6 opacity-0"
      />
      <span
        aria-hidden
        className={`flex size-4 items-center justify-center rounded-control border ${isSelected || isSome ? "border-accent bg-accent text-on-accent" : "border-line-strong bg-raised"} peer-focus-visible:outline-2 peer-focus-visible:outline-accent`}
      >
        {isSome ? <Minus size={11} strokeWidth={3} /> : isSelected && <Check size={11} strokeWidth={3} />}
      </span>
    </label>
  );
}
