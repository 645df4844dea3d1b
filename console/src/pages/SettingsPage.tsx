//! How the server is, what it is, and how the console should look and behave in this browser.

import { CircleCheck, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Switch } from "react-aria-components";
import { ApiError } from "../api/client";
import { useBootstrap, useHealth } from "../api/queries";
import { Key } from "../components/controls";
import { Fact, Facts, Section } from "../components/Facts";
import { PageHead } from "../components/PageHead";
import { Failure, Loading } from "../components/states";
import { MOD } from "../model/keyboard";
import { count, duration, exactly, size } from "../model/time";
import { useSetCrumbs } from "../store/crumbs";
import { lettersAreOn, setLetters } from "../store/shortcuts";
import { type ThemeChoice, setTheme, useTheme } from "../store/theme";
import { Choice } from "./StartDialog";

export default function SettingsPage() {
  useSetCrumbs([{ name: "Settings and health" }]);
  return (
    <div className="min-h-0 grow overflow-auto">
      <PageHead title="Settings and health" />
      <div className="grid grid-cols-2 gap-4 px-4 pb-8 max-lg:grid-cols-1">
        <div className="flex flex-col gap-4">
          <Health />
          <About />
        </div>
        <div className="flex flex-col gap-4">
          <Look />
          <Keys />
        </div>
      </div>
    </div>
  );
}

/** `statusEvents` to `Status events`. */
function title(name: string): string {
  const words = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What the limits are of, in words. */
const LIMITS: Record<string, string> = { cutBytes: "Shown at first", counts: "Counted up to" };

function amount(name: string, value: unknown): string {
  if (typeof value !== "number") return value === null ? "–" : String(value);
  if (/bytes/i.test(name)) return size(value);
  if (/ms$/i.test(name)) return duration(value);
  return count(value);
}

function Health() {
  const health = useHealth();
  if (health.isPending) return <Loading rows={4} label="Asking how the server is" />;
  if (health.error instanceof ApiError && health.error.status === 404) return null;
  if (health.isError) return <Failure error={health.error} title="The server does not say how it is" retry={() => void health.refetch()} />;
  const { status, uptimeMs, partitions, openExecutions, storage, dropped, troubles = [] } = health.data;
  const isWell = troubles.length === 0 && /^(ok|healthy|up|serving)$/i.test(status);
  return (
    <div className="panel">
      <Section title="Health">
        <p className="flex items-center gap-2 text-label font-medium">
          <span data-status={isWell ? "SUCCEEDED" : "CAUGHT"} className="text-status">
            {isWell ? <CircleCheck size={18} aria-hidden /> : <TriangleAlert size={18} aria-hidden />}
          </span>
          {isWell ? "All is well" : troubles.length > 0 ? `${troubles.length} ${troubles.length === 1 ? "trouble" : "troubles"}` : status}
        </p>
        {troubles.length > 0 && (
          <ul className="flex flex-col gap-1">
            {troubles.map((trouble, place) => (
              <li key={place} data-status="CAUGHT" className="rounded-control border border-status bg-status-fill px-2.5 py-1.5">
                {typeof trouble === "string" ? (
                  trouble
                ) : (
                  <>
                    {trouble.code && <strong className="font-semibold">{trouble.code} </strong>}
                    {trouble.message}
                  </>
                )}
              </li>
            ))}
          </ul>
        )}
        <Facts>
          <Fact name="Up for">{duration(uptimeMs)}</Fact>
          {openExecutions !== null && openExecutions !== undefined && <Fact name="Running">{openExecutions === 1 ? "1 execution" : `${count(openExecutions)} executions`}</Fact>}
          {typeof partitions === "number" && <Fact name="Partitions">{count(partitions)}</Fact>}
        </Facts>
      </Section>
      {storage && Object.values(storage).some((value) => value !== null) && (
        <Section title="Storage">
          <Facts>
            {Object.entries(storage).map(([name, value]) => (
              <Fact key={name} name={title(name).replace(/ ?bytes$/i, "") || "Size"}>
                {amount(name, value)}
              </Fact>
            ))}
          </Facts>
        </Section>
      )}
      {dropped && Object.values(dropped).some((number) => number > 0) && (
        <Section title="Dropped">
          <Facts>
            {Object.entries(dropped).map(([name, value]) => (
              <Fact key={name} name={title(name)}>
                {amount(name, value)}
              </Fact>
            ))}
          </Facts>
        </Section>
      )}
    </div>
  );
}

function About() {
  const bootstrap = useBootstrap();
  if (bootstrap.data === undefined) return null;
  const { version, account, region, startedAt, dataDirectory, features = [], limits = {} } = bootstrap.data;
  return (
    <div className="panel">
      <Section title="Server">
        <Facts>
          <Fact name="Version">{version}</Fact>
          <Fact name="Account">{account}</Fact>
          <Fact name="Region">{region}</Fact>
          <Fact name="Started">{exactly(startedAt)}</Fact>
          <Fact name="Data">{dataDirectory ? <code className="break-all">{dataDirectory}</code> : "in memory only"}</Fact>
          {features.length > 0 && <Fact name="Features">{features.join(", ")}</Fact>}
          <Fact name="Endpoint">
            <code>{location.origin}</code>
          </Fact>
        </Facts>
      </Section>
      {Object.keys(limits).length > 0 && (
        <Section title="Limits">
          <Facts>
            {Object.entries(limits).map(([name, value]) => (
              <Fact key={name} name={LIMITS[name] ?? title(name).replace(/ bytes$/, "")}>
                {amount(name, value)}
              </Fact>
            ))}
          </Facts>
        </Section>
      )}
    </div>
  );
}

function Look() {
  const choice = useTheme((state) => state.choice);
  return (
    <div className="panel">
      <Section title="Look">
        <div className="w-52">
          <Choice
            label="Theme"
            value={choice}
            onChange={(id) => setTheme(id as ThemeChoice)}
            choices={[
              { id: "system", name: "As the system" },
              { id: "light", name: "Light" },
              { id: "dark", name: "Dark" },
            ]}
          />
        </div>
      </Section>
    </div>
  );
}

const KEYS: [string, string][] = [
  [`${MOD}K`, "command palette"],
  ["1  2  3", "state machines, executions, tasks"],
  ["/", "find in a list"],
  ["↑ ↓ ← →", "walk: through a list, along the lines of a graph"],
  ["Enter", "open"],
  ["⇧ Enter", "into a container of a graph"],
  ["Space", "select in a list"],
  ["Esc", "out of a container, close"],
  ["Home End", "first, last"],
  ["F  +  −  0", "fit a graph, zoom"],
  ["[  ]", "previous, next event"],
];

function Keys() {
  const [isOn, setOn] = useState(lettersAreOn);
  return (
    <div className="panel">
      <Section title="Keyboard">
        <dl className="grid grid-cols-[130px_minmax(0,1fr)] gap-x-3 gap-y-1">
          {KEYS.map(([key, what]) => (
            <div key={key} className="contents">
              <dt>
                <Key>{key}</Key>
              </dt>
              <dd className="text-muted">{what}</dd>
            </div>
          ))}
        </dl>
        <Switch
          isSelected={isOn}
          onChange={(value) => {
            setLetters(value);
            setOn(value);
          }}
          className="group flex items-center gap-2"
        >
          <span className="flex h-5 w-9 items-center rounded-full border border-line-strong bg-sunken px-0.5 group-data-[selected]:border-accent group-data-[selected]:bg-accent group-data-[focus-visible]:outline-2 group-data-[focus-visible]:outline-accent">
            <span className="size-3.5 rounded-full bg-muted group-data-[selected]:translate-x-4 group-data-[selected]:bg-on-accent" />
          </span>
          Shortcuts of a single key
        </Switch>
      </Section>
    </div>
  );
}
