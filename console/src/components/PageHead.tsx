//! The head of a page: what it is about and what can be done.

import type { ReactNode } from "react";

export function PageHead({ title, beside, children }: { title: ReactNode; beside?: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-3 pb-2.5">
      <h1 className="min-w-0 truncate text-page font-semibold">{title}</h1>
      {beside}
      {children && <div className="ml-auto flex flex-wrap items-center gap-2">{children}</div>}
    </div>
  );
}
