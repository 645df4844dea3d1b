//! Tabs whose selection is in the address.

import type { ReactNode } from "react";
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
  return (
    <AriaTabs selectedKey={current} onSelectionChange={(key) => onSelect(String(key))} className={`flex min-h-0 flex-col ${className}`}>
      <div className="flex min-h-9 shrink-0 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-3">
        <TabList aria-label={label} className="flex gap-1 self-end">
          {items.map((item) => (
            <Tab
              key={item.id}
              id={item.id}
              className="ring-inset -mb-px flex h-9 items-center gap-1.5 border-b-2 border-transparent px-2.5 text-body whitespace-nowrap text-muted hover:text-fg selected:border-accent selected:font-medium selected:text-fg"
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
