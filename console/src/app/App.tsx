//! Which page an address shows. Pages that few visits begin with are loaded when they are needed.

import { Component, type ReactNode, Suspense } from "react";
import { I18nProvider, RouterProvider } from "react-aria-components";
import { Redirect, Route, Router, Switch, useLocation } from "wouter";
import { Empty, Failure, Loading } from "../components/states";
import { PageHead } from "../components/PageHead";
import { Toasts } from "../components/toasts";
import { ExecutionsPage } from "../pages/ExecutionsPage";
import { MachinesPage } from "../pages/MachinesPage";
import { segment } from "../model/arn";
import { Frame } from "./Frame";
import { Palette } from "./Palette";
import { page } from "./page";

const MachinePage = page(() => import("../pages/MachinePage"));
const ExecutionPage = page(() => import("../pages/execution/ExecutionPage"));
const MapRunPage = page(() => import("../pages/MapRunPage"));
const ComparePage = page(() => import("../pages/ComparePage"));
const ImportPage = page(() => import("../pages/ImportPage"));
const TasksPage = page(() => import("../pages/TasksPage"));
const SettingsPage = page(() => import("../pages/SettingsPage"));

/** Loads what the page at an address needs, and nothing where it is here. */
export function loadPage(pathname: string): Promise<unknown> {
  const [, kind, name] = /^\/console\/([a-z]+)(?:\/(.+))?$/.exec(pathname) ?? [];
  if (kind === "e") return ExecutionPage.load();
  if (kind === "machines" && name) return MachinePage.load();
  return Promise.resolve();
}

/** Loads the pages that visits go on to, so that none of them is waited for. */
export function loadOtherPages() {
  for (const { load } of [ExecutionPage, MachinePage, MapRunPage, TasksPage]) load().catch(() => undefined);
}

export function App() {
  return (
    <Router base="/console">
      <Routed />
    </Router>
  );
}

function Routed() {
  const [, navigate] = useLocation();
  return (
    <I18nProvider>
      <RouterProvider navigate={navigate}>
        <Frame>
          <Barrier>
            <Suspense fallback={<Loading rows={8} />}>
              <Switch>
                <Route path="/">
                  <Redirect to="/machines" replace />
                </Route>
                <Route path="/machines" component={MachinesPage} />
                <Route path="/machines/:name">{({ name }) => <MachinePage key={name} name={segment(name)} />}</Route>
                <Route path="/executions" component={ExecutionsPage} />
                <Route path="/e/:arn">{({ arn }) => <ExecutionPage key={arn} arn={segment(arn)} />}</Route>
                <Route path="/mapruns/:arn">{({ arn }) => <MapRunPage key={arn} arn={segment(arn)} />}</Route>
                <Route path="/compare" component={ComparePage} />
                <Route path="/import" component={ImportPage} />
                <Route path="/tasks" component={TasksPage} />
                <Route path="/settings" component={SettingsPage} />
                <Route>
                  <PageHead title="Nothing here" />
                  <Empty title="There is no such page">The address may be cut, or from another version of the console.</Empty>
                </Route>
              </Switch>
            </Suspense>
          </Barrier>
        </Frame>
        <Palette />
        <Toasts />
      </RouterProvider>
    </I18nProvider>
  );
}

/** A page that breaks leaves the frame alive, so that one can go elsewhere. */
class Barrier extends Component<{ children: ReactNode }, { error: unknown; at: string }> {
  override state = { error: null as unknown, at: "" };

  static getDerivedStateFromError(error: unknown) {
    return { error, at: location.pathname };
  }

  override componentDidUpdate() {
    if (this.state.error !== null && this.state.at !== location.pathname) this.setState({ error: null });
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <Failure title="This page broke" error={this.state.error} retry={() => this.setState({ error: null })} />;
  }
}
