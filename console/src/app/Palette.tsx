//! The command palette: pages, machines, what can be done here, and any execution whose ARN is pasted.

import { useMemo, useState } from "react";
import {
  Autocomplete,
  Dialog,
  Header,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
  useFilter,
} from "react-aria-components";
import { useLocation } from "wouter";
import { useMachines } from "../api/queries";
import { Key } from "../components/controls";
import { executionPath, machinePath, nameOf } from "../model/arn";
import { type Command, openPalette, useCommands } from "../store/commands";

export function Palette() {
  const isOpen = useCommands((state) => state.isOpen);
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={openPalette}
      isDismissable
      className="fixed inset-0 z-40 flex items-start justify-center bg-scrim px-4 pt-[12vh]"
    >
      <Modal className="enter w-full max-w-xl overflow-hidden rounded-panel border border-line bg-raised shadow-pop">
        <Dialog aria-label="Command palette" className="outline-none">
          <Contents />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Contents() {
  const [text, setText] = useState("");
  const [, navigate] = useLocation();
  const offered = useCommands((state) => state.commands);
  const machines = useMachines("");
  const { contains } = useFilter({ sensitivity: "base" });
  const groups = useMemo(() => {
    const all: Command[] = Object.values(offered).reverse().flat();
    for (const machine of machines.data?.pages.flatMap((page) => page.items) ?? []) {
      all.push({
        id: machine.arn,
        title: machine.name,
        group: "State machines",
        words: machine.services.join(" "),
        run: () => navigate(machinePath(machine.name)),
      });
    }
    if (/^arn:[^:]+:states:.*:(execution|express):/.test(text.trim())) {
      const arn = text.trim();
      all.unshift({ id: "arn", title: `Open ${nameOf(arn)}`, group: "Execution", words: arn, run: () => navigate(executionPath(arn)) });
    } else if (text.trim() !== "") {
      const q = text.trim();
      all.push({
        id: "find",
        title: `Find executions named ${q}…`,
        group: "Executions",
        run: () => navigate(`/executions?q=${encodeURIComponent(q)}`),
      });
    }
    const byGroup = new Map<string, Command[]>();
    for (const command of all) byGroup.set(command.group, [...(byGroup.get(command.group) ?? []), command]);
    return [...byGroup];
  }, [offered, machines.data, text, navigate]);
  const find = (id: string) => groups.flatMap(([, commands]) => commands).find((command) => `${command.group} ${command.id}` === id);
  return (
    <Autocomplete
      inputValue={text}
      onInputChange={setText}
      filter={(name, typed) => typed.split(/\s+/).every((word) => contains(name, word))}
    >
      <SearchField aria-label="Search pages, machines and commands" autoFocus className="border-b border-line">
        <Input
          placeholder="Go to a page or machine, do something, paste an ARN…"
          className="h-11 w-full bg-transparent px-4 text-label outline-none! placeholder:text-muted [&::-webkit-search-cancel-button]:hidden"
        />
      </SearchField>
      <Menu
        aria-label="Results"
        className="max-h-[50vh] overflow-auto p-1.5 outline-none"
        renderEmptyState={() => <p className="px-3 py-6 text-center text-muted">Nothing has these words in its name.</p>}
        onAction={(key) => {
          openPalette(false);
          find(String(key))?.run();
        }}
      >
        {groups.map(([group, commands]) => (
          <MenuSection key={group}>
            <Header className="px-2.5 pt-2 pb-1 text-caption font-medium text-muted">{group}</Header>
            {commands.map((command) => (
              <MenuItem
                key={command.id}
                id={`${group} ${command.id}`}
                textValue={`${command.title} ${command.words ?? ""}`}
                className="flex h-8 items-center gap-2 rounded-control px-2.5 text-body outline-none focused:bg-accent-fill"
              >
                <span className="truncate">{command.title}</span>
                {command.shortcut && (
                  <span className="ml-auto">
                    <Key>{command.shortcut}</Key>
                  </span>
                )}
              </MenuItem>
            ))}
          </MenuSection>
        ))}
      </Menu>
    </Autocomplete>
  );
}
