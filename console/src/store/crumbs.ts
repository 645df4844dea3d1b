//! Where the page is: the top bar shows it, and the title of the browser's tab.

import { useEffect } from "react";
import { create } from "zustand";

export interface Crumb {
  name: string;
  to?: string;
}

export const useCrumbs = create<{ crumbs: Crumb[] }>(() => ({ crumbs: [] }));

export function useSetCrumbs(crumbs: Crumb[]) {
  const key = JSON.stringify(crumbs);
  useEffect(() => useCrumbs.setState({ crumbs: JSON.parse(key) as Crumb[] }), [key]);
}
