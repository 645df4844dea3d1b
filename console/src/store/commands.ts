//! What the command palette offers: every page adds what can be done there while it is shown.

import { useEffect } from "react";
import { create } from "zustand";

export interface Command {
  id: string;
  title: string;
  /** The heading it stands under. */
  group: string;
  shortcut?: string;
  /** More words that find it. */
  words?: string;
  run: () => void;
}

export const useCommands = create<{ commands: Record<string, Command[]>; isOpen: boolean }>(() => ({ commands: {}, isOpen: false }));

export function openPalette(isOpen = true) {
  useCommands.setState({ isOpen });
}

/** Offers commands while the component is there. They are read anew when the palette opens, so they may close over anything. */
export function useOffer(owner: string, commands: Command[]) {
  useEffect(() => {
    useCommands.setState((state) => ({ commands: { ...state.commands, [owner]: commands } }));
  });
  useEffect(
    () => () =>
      useCommands.setState((state) => {
        const { [owner]: _gone, ...rest } = state.commands;
        return { commands: rest };
      }),
    [owner],
  );
}
