//! A table of any length: only the rows in sight are there, the arrow keys walk, Enter opens, Space selects.

import { Check, Minus } from "lucide-react";
import { type ReactNode, useMemo, useSyncExternalStore } from "react";
import {
  Cell,
  Checkbox,
  Collection,
  Column as AriaColumn,
  Row,
  type Selection,
  Table,
  TableBody,
  TableHeader,
  TableLayout,
  TableLoadMoreItem,
  Virtualizer,
} from "react-aria-components";

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

function useWindowWidth(): number {
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
  const shown = useMemo(() => {
    const visible = columns.filter((column) => width >= (column.from ?? 0));
    const box: Column<Item> = { id: "selection", name: "", width: 36, cell: () => null };
    return selection ? [box, ...visible] : visible;
  }, [columns, width, selection !== undefined]);
  const byKey = useMemo(() => new Map(items.map((item) => [keyOf(item), item])), [items, keyOf]);
  return (
    <Virtualizer layout={TableLayout} layoutOptions={{ rowHeight, headingHeight: 30, loaderHeight: 32 }}>
      <Table
        aria-label={label}
        className="min-h-0 grow overflow-auto outline-none"
        selectionMode={selection ? "multiple" : "none"}
        selectedKeys={selection ?? []}
        onSelectionChange={(keys: Selection) => onSelection?.(keys === "all" ? new Set(byKey.keys()) : new Set([...keys].map(String)))}
        onRowAction={(key) => {
          const item = byKey.get(String(key));
          if (item) onOpen?.(item);
        }}
      >
        <TableHeader columns={shown} className="bg-raised">
          {(column) => (
            <AriaColumn
              id={column.id}
              isRowHeader={column.isRowHeader ?? false}
              width={column.width}
              minWidth={column.minWidth ?? 36}
              textValue={column.name || "Select"}
              className={`ring-inset flex h-full items-center border-b border-line bg-raised px-2.5 text-meta font-medium whitespace-nowrap text-muted ${column.align === "end" ? "justify-end" : ""}`}
            >
              {column.id === "selection" ? <Box /> : column.name}
            </AriaColumn>
          )}
        </TableHeader>
        <TableBody renderEmptyState={() => <>{empty}</>}>
          <Collection items={items} dependencies={[shown]}>
            {(item) => (
              <Row
                id={keyOf(item)}
                columns={shown}
                className={`ring-inset group h-full border-b border-line bg-canvas hover:bg-hover selected:bg-accent-fill ${onOpen ? "cursor-pointer" : ""} ${rowClassName}`}
              >
                {(column) => (
                  <Cell
                    className={`ring-inset flex h-full min-w-0 items-center overflow-hidden px-2.5 whitespace-nowrap ${column.align === "end" ? "tabular justify-end" : ""}`}
                  >
                    {column.id === "selection" ? <Box /> : <div className="min-w-0 truncate">{column.cell(item)}</div>}
                  </Cell>
                )}
              </Row>
            )}
          </Collection>
          <TableLoadMoreItem {...(onMore ? { onLoadMore: onMore } : {})} isLoading={isLoadingMore} className="flex items-center px-3 text-meta text-muted">
            Loading more…
          </TableLoadMoreItem>
        </TableBody>
      </Table>
    </Virtualizer>
  );
}

function Box() {
  return (
    <Checkbox slot="selection" className="group/box flex size-6 items-center justify-center">
      {({ isSelected, isIndeterminate }) => (
        <span
          className={`flex size-4 items-center justify-center rounded-control border ${isSelected || isIndeterminate ? "border-accent bg-accent text-on-accent" : "border-line-strong bg-raised"} group-focus-visible/box:outline-2 group-focus-visible/box:outline-accent`}
        >
          {isIndeterminate ? <Minus size={11} strokeWidth={3} aria-hidden /> : isSelected && <Check size={11} strokeWidth={3} aria-hidden />}
        </span>
      )}
    </Checkbox>
  );
}
