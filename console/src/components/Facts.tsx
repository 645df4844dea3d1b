//! Names and values in a side column.

import type { ReactNode } from "react";

export function Section({ title, children, beside }: { title: ReactNode; children: ReactNode; beside?: ReactNode }) {
  return (
    <section className="flex flex-col gap-2 border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex min-h-5 items-center justify-between gap-2">
        <h2 className="min-w-0 truncate text-meta font-semibold">{title}</h2>
        {beside}
      </div>
      {children}
    </section>
  );
}

export function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[92px_minmax(0,1fr)] gap-x-3 gap-y-1">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="tabular min-w-0">{children}</dd>
    </>
  );
}
