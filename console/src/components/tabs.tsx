//! Tabs whose selection is in the address.

import { type ReactNode, useEffect, useRef } from "react";
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from "react-aria-components";

export interface TabItem {
  id: string;
  label: ReactNode;
  content: () => ReactNode;
}

/** Only the selected tab's content is there. `beside` is at the right of the tabs. */
export function Tabs({
  label,
  items,
  selected,
  onSelect,
  beside,
  panelClassName = "",
  className = "",
}: {
  label: string;
  items: TabItem[];
  selected: string;
  onSelect: (id: string) => void;
  beside?: ReactNode;
  panelClassName?: string;
  className?: string;
}) {
  const current = items.some((item) => item.id === selected) ? selected : (items[0]?.id ?? "");
  const list = useRef<HTMLDivElement>(null);
  // Where they do not all fit, the selected one is in sight.
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>("[aria-selected=true]");
    if (list.current && tab) list.current.scrollLeft = Math.max(0, tab.offsetLeft + tab.offsetWidth - list.current.clientWidth);
  }, [current]);
  return (
    <AriaTabs selectedKey={current} onSelectionChange={(key) => onSelect(String(key))} className={`flex min-h-0 flex-col ${className}`}>
      <div className="flex min-h-9 shrink-0 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-3">
        <TabList ref={list} aria-label={label} className="no-scrollbar -mx-1 -mb-px flex min-w-0 gap-1 self-end overflow-x-auto px-1">
          {items.map((item) => (
            <Tab
              key={item.id}
              id={item.id}
              className="ring-inset flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2.5 text-body whitespace-nowrap text-muted hover:text-fg selected:border-accent selected:font-medium selected:text-fg"
            >
              {item.label}
            </Tab>
          ))}
        </TabList>
        {beside && <div className="flex items-center gap-1">{beside}</div>}
      </div>
      {items.map((item) => (
        <TabPanel key={item.id} id={item.id} className={`ring-inset min-h-0 grow ${panelClassName}`}>
          {item.id === current && item.content()}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}

/** A number beside a tab's name. */
export function TabCount({ children }: { children: ReactNode }) {
  return <span className="tabular rounded-control bg-hover px-1 text-caption text-fg">{children}</span>;
}
