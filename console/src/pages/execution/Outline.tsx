//! The states as a tree beside the graph: the same selection, the same looks, for whoever would rather read than look.

import { ChevronRight } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, memo, useEffect, useId, useMemo, useState } from "react";
import type { Scene } from "../../api/shapes";
import type { StateLook } from "../../canvas/Canvas";
import { StatusGlyph } from "../../components/StatusGlyph";
import { type OutlineRow, outline, outlineKey } from "../../model/outline";
import { look } from "../../model/status";

export function Outline({
  label,
  scene,
  looks,
  selected,
  onSelect,
}: {
  label: string;
  scene: Scene;
  looks: ReadonlyMap<string, StateLook>;
  selected: string | null;
  onSelect: (id: string) => void;
}) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => outline(scene, collapsed), [scene, collapsed]);
  const prefix = useId();
  // A branch can be where one is, but not be selected.
  const [at, setAt] = useState<string | null>(null);
  const current = rows.find((row) => row.id === at) ?? rows.find((row) => row.id === selected) ?? rows[0];
  const idOf = (id: string) => `${prefix}${id}`;
  useEffect(() => setAt(selected), [selected]);
  useEffect(() => {
    if (current !== undefined) document.getElementById(idOf(current.id))?.scrollIntoView({ block: "nearest" });
  }, [current?.id]);
  const toggle = (id: string) => {
    const next = new Set(collapsed);
    if (!next.delete(id)) next.add(id);
    setCollapsed(next);
  };
  const goTo = (id: string) => {
    setAt(id);
    if (rows.some((row) => row.id === id && row.node !== null)) onSelect(id);
  };
  const onClick = (event: MouseEvent) => {
    const target = event.target as Element;
    const id = rows.find((row) => idOf(row.id) === target.closest("[role=treeitem]")?.id)?.id;
    if (id === undefined) return;
    if (target.closest("[data-toggles]") !== null) toggle(id);
    else goTo(id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey || current === undefined) return;
    const found = event.key === "Enter" || event.key === " " ? { to: current.id } : outlineKey(rows, current.id, event.key);
    if (found === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (found.toggle !== undefined) toggle(found.toggle);
    if (found.to !== undefined) goTo(found.to);
  };
  return (
    <div
      role="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={current === undefined ? undefined : idOf(current.id)}
      onKeyDown={onKeyDown}
      onClick={onClick}
      className="group/tree ring-inset min-h-0 grow overflow-auto py-1"
    >
      {rows.map((row) => (
        <Line
          key={row.id}
          id={idOf(row.id)}
          row={row}
          look={looks.get(row.id)}
          isSelected={row.id === selected}
          isCurrent={row === current}
        />
      ))}
    </div>
  );
}

interface LineProps {
  id: string;
  row: OutlineRow;
  look: StateLook | undefined;
  isSelected: boolean;
  isCurrent: boolean;
}

const Line = memo(function Line({ id, row, look: shown, isSelected, isCurrent }: LineProps) {
  const word = shown?.status === undefined ? null : look(shown.status).word;
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.place}
      aria-setsize={row.of}
      aria-selected={isSelected}
      {...(row.isExpanded === null ? {} : { "aria-expanded": row.isExpanded })}
      className={`flex h-7 items-center gap-1.5 pr-2 ${isSelected ? "bg-accent-fill" : "hover:bg-hover"} ${isCurrent && !isSelected ? "group-focus-visible/tree:bg-hover" : ""}`}
      style={{ paddingLeft: `${4 + 14 * (row.level - 1)}px` }}
    >
      {row.isExpanded === null ? (
        <span className="w-5 shrink-0" />
      ) : (
        <span
          aria-hidden
          data-toggles
          className="flex size-5 shrink-0 items-center justify-center rounded-control text-muted hover:text-fg"
        >
          <ChevronRight size={12} className={row.isExpanded ? "rotate-90" : ""} />
        </span>
      )}
      {shown?.status !== undefined && <StatusGlyph status={shown.status} size={11} />}
      <span className={`min-w-0 grow truncate ${row.node === null || shown?.status === "IDLE" ? "text-muted" : ""}`} title={row.name}>
        {row.name}
        <span className="sr-only">{["", row.node?.kind, word, shown?.words].filter((each) => each != null).join(", ")}</span>
      </span>
      {shown?.note !== undefined && <span aria-hidden className="tabular shrink-0 text-caption text-muted">{shown.note}</span>}
    </div>
  );
}, same);

/** Looks are made anew with every moment; most states look as before. */
function same(before: LineProps, after: LineProps): boolean {
  return before.row === after.row && before.isSelected === after.isSelected && before.isCurrent === after.isCurrent && JSON.stringify(before.look) === JSON.stringify(after.look);
}
