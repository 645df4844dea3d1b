//! What is around every page: top bar, rail, and the keys that work everywhere.

import { Command as CommandPicture, Inbox, Monitor, Moon, Rows3, Settings, Sun, Workflow } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { TooltipTrigger } from "react-aria-components";
import { Link, useLocation, useSearch } from "wouter";
import { useConnection } from "../api/live";
import { useBootstrap, useLive } from "../api/queries";
import { Button, IconButton, Key, Menu, MenuItem, Tip } from "../components/controls";
import { MOD } from "../model/keyboard";
import { openPalette, useOffer } from "../store/commands";
import { useShortcut } from "../store/shortcuts";
import { type ThemeChoice, setTheme, useTheme } from "../store/theme";
import { useCrumbs } from "../store/crumbs";

const PLACES = [
  { to: "/machines", name: "State machines", Picture: Workflow, matches: /^\/machines/ },
  { to: "/executions", name: "Executions", Picture: Rows3, matches: /^\/(executions|e\/|mapruns|compare|import)/ },
  { to: "/tasks", name: "Tasks", Picture: Inbox, matches: /^\/tasks/ },
  { to: "/settings", name: "Settings and health", Picture: Settings, matches: /^\/settings/ },
] as const;

export function Frame({ children }: { children: ReactNode }) {
  const [, navigate] = useLocation();
  // One subscription keeps the socket open on pages that have none.
  useLive({ topic: "machines" }, () => undefined);
  useShortcut("k", () => openPalette(), { mod: true });
  useShortcut("1", () => navigate("/machines"));
  useShortcut("2", () => navigate("/executions"));
  useShortcut("3", () => navigate("/tasks"));
  useOffer("frame", [
    ...PLACES.map(({ to, name }, place) => ({
      id: to,
      title: name,
      group: "Go to",
      ...(place < 3 ? { shortcut: String(place + 1) } : {}),
      run: () => navigate(to),
    })),
    { id: "compare", title: "Compare two executions", group: "Go to", run: () => navigate("/compare") },
    { id: "import", title: "Import a history from AWS", group: "Go to", run: () => navigate("/import") },
    ...(["light", "dark", "system"] as const).map((choice) => ({
      id: `theme-${choice}`,
      title: `Theme: ${choice === "system" ? "as the system" : choice}`,
      group: "Look",
      run: () => setTheme(choice),
    })),
  ]);
  return (
    <div className="grid h-full grid-cols-[48px_minmax(0,1fr)] grid-rows-[40px_minmax(0,1fr)] max-sm:grid-cols-1 max-sm:grid-rows-[40px_minmax(0,1fr)_48px]">
      <a href="#page" className="sr-only focus:not-sr-only focus:fixed focus:top-1 focus:left-1 focus:z-50 focus:rounded-control focus:bg-raised focus:px-3 focus:py-1">
        Skip to the page
      </a>
      <TopBar />
      <Rail />
      <main id="page" tabIndex={-1} className="flex min-h-0 min-w-0 flex-col overflow-auto outline-none max-sm:row-start-2">
        {children}
      </main>
    </div>
  );
}

function TopBar() {
  const bootstrap = useBootstrap();
  return (
    <header className="col-span-full flex items-center gap-3 border-b border-line bg-raised pr-2 max-sm:col-span-1">
      <Link href="/machines" aria-label="Stepwell, state machines" className="ring-inset flex h-full w-12 shrink-0 items-center justify-center">
        <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden className="text-accent">
          <path d="M3 6h26v5H3zM7 13.5h18v5H7zM11 21h10v5H11z" fill="currentColor" />
        </svg>
      </Link>
      <Crumbs />
      <div className="ml-auto flex shrink-0 items-center gap-1">
        <Button
          kind="secondary"
          onPress={() => openPalette()}
          icon={<CommandPicture size={13} aria-hidden className="text-muted" />}
          className="text-muted! max-sm:hidden"
        >
          <span className="text-meta">Go to or do…</span>
          <Key>{MOD}K</Key>
        </Button>
        {bootstrap.data && (
          <span className="px-2 text-meta text-muted max-md:hidden" title={`Account ${bootstrap.data.account}`}>
            {bootstrap.data.region}
          </span>
        )}
        <ConnectionDot />
        <ThemeMenu />
      </div>
    </header>
  );
}

function Crumbs() {
  const crumbs = useCrumbs((state) => state.crumbs);
  useEffect(() => {
    const names = crumbs.map((crumb) => crumb.name).reverse();
    document.title = [...names, "Stepwell"].join(" · ");
  }, [crumbs]);
  return (
    <nav aria-label="Breadcrumb" className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1.5 text-body">
        {crumbs.map((crumb, place) => {
          const isLast = place === crumbs.length - 1;
          return (
            <li key={`${place}-${crumb.name}`} className={`flex items-center gap-1.5 ${place === 0 ? "shrink-0" : "min-w-0"} ${isLast ? "max-sm:min-w-0 max-sm:shrink" : "max-sm:hidden"}`}>
              {place > 0 && <span aria-hidden className="text-muted max-sm:hidden">/</span>}
              {crumb.to && !isLast ? (
                <Link href={crumb.to} className="truncate rounded-control text-muted hover:text-fg hover:underline">
                  {crumb.name}
                </Link>
              ) : (
                <span aria-current={isLast ? "page" : undefined} className="truncate font-medium">
                  {crumb.name}
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

const CONNECTION = {
  live: { word: "Live", text: "Changes arrive as they happen.", form: "bg-status", status: "SUCCEEDED" },
  polling: { word: "Polling", text: "The live connection is down. Open pages are read again every 2 seconds.", form: "border-2 border-status", status: "CAUGHT" },
  connecting: { word: "Connecting", text: "The live connection is being opened.", form: "border-2 border-status pulse", status: "IDLE" },
} as const;

function ConnectionDot() {
  const state = useConnection((connection) => connection.state);
  const { word, text, form, status } = CONNECTION[state];
  return (
    <TooltipTrigger delay={200}>
      <Button kind="quiet" aria-label={`Connection: ${word}`} className="text-muted! text-meta!">
        <span data-status={status} className={`size-2 rounded-full ${form}`} />
        <span className="max-md:hidden">{word}</span>
      </Button>
      <Tip>{text}</Tip>
    </TooltipTrigger>
  );
}

const THEMES = [
  ["system", "As the system", Monitor],
  ["light", "Light", Sun],
  ["dark", "Dark", Moon],
] as const;

function ThemeMenu() {
  const choice = useTheme((state) => state.choice);
  const Picture = THEMES.find(([id]) => id === choice)?.[2] ?? Monitor;
  return (
    <Menu
      label="Theme"
      onAction={(key) => setTheme(key as ThemeChoice)}
      trigger={
        <IconButton label="Theme">
          <Picture size={15} aria-hidden />
        </IconButton>
      }
    >
      {THEMES.map(([id, name, Each]) => (
        <MenuItem key={id} id={id} textValue={name}>
          <Each size={14} aria-hidden className="text-muted" />
          {name}
          {choice === id && <span className="ml-auto pl-4 text-muted">✓</span>}
        </MenuItem>
      ))}
    </Menu>
  );
}

function Rail() {
  const [path] = useLocation();
  const search = useSearch();
  return (
    <nav
      aria-label="Pages"
      className="flex flex-col items-center gap-1 border-r border-line bg-raised py-2 max-sm:row-start-3 max-sm:flex-row max-sm:justify-around max-sm:border-t max-sm:border-r-0 max-sm:py-0"
    >
      {PLACES.map(({ to, name, Picture, matches }) => {
        const isHere = matches.test(path);
        return (
          <TooltipTrigger key={to} delay={300} closeDelay={0}>
            <RailLink to={isHere && path === to && search ? `${to}?${search}` : to} name={name} isHere={isHere}>
              <Picture size={18} strokeWidth={1.75} aria-hidden />
            </RailLink>
            <Tip placement="right">{name}</Tip>
          </TooltipTrigger>
        );
      })}
    </nav>
  );
}

function RailLink({ to, name, isHere, children }: { to: string; name: string; isHere: boolean; children: ReactNode }) {
  return (
    <Link
      href={to}
      aria-label={name}
      title={name}
      aria-current={isHere ? "page" : undefined}
      className={`relative flex size-9 items-center justify-center rounded-control ${isHere ? "bg-accent-fill text-accent" : "text-muted hover:bg-hover hover:text-fg"}`}
    >
      {children}
    </Link>
  );
}
