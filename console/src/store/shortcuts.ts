//! Keys of the whole page. Single letters do nothing while somebody types, and can be switched off in the settings.

import { useEffect, useRef } from "react";

const KEY = "stepwell.letters";

export function lettersAreOn(): boolean {
  return localStorage.getItem(KEY) !== "off";
}

export function setLetters(isOn: boolean) {
  localStorage.setItem(KEY, isOn ? "on" : "off");
}

function isTyping(target: EventTarget | null): boolean {
  const element = target instanceof Element ? target : null;
  return element?.closest("input, textarea, select, [contenteditable], .cm-host, [role=dialog], [role=menu], [role=listbox]") != null;
}

/** `key` as KeyboardEvent has it; with `mod`, ⌘ or Ctrl must be held. */
export function useShortcut(key: string, run: (event: KeyboardEvent) => void, options: { mod?: boolean } = {}) {
  const latest = useRef(run);
  latest.current = run;
  const mod = options.mod ?? false;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== key || event.altKey || (event.metaKey || event.ctrlKey) !== mod || event.defaultPrevented) return;
      if (!mod && (isTyping(event.target) || !lettersAreOn())) return;
      event.preventDefault();
      latest.current(event);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [key, mod]);
}
