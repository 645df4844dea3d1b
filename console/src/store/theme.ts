//! Light, dark, or as the system has it.

import { create } from "zustand";

export type ThemeChoice = "system" | "light" | "dark";

const KEY = "stepwell.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function stored(): ThemeChoice {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

export const useTheme = create<{ choice: ThemeChoice }>(() => ({ choice: stored() }));

function apply() {
  const { choice } = useTheme.getState();
  document.documentElement.dataset["theme"] = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
}

export function setTheme(choice: ThemeChoice) {
  localStorage.setItem(KEY, choice);
  useTheme.setState({ choice });
  apply();
}

dark.addEventListener("change", apply);
apply();
