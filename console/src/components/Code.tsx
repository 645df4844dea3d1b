//! CodeMirror, loaded when it is first needed.

import { Suspense, lazy } from "react";
import type { CodeProps } from "./CodeEditor";
import { Loading } from "./states";

const Editor = lazy(() => import("./CodeEditor"));

export function Code(props: CodeProps) {
  return (
    <Suspense fallback={<Loading rows={6} label="Loading the editor" />}>
      <Editor {...props} />
    </Suspense>
  );
}
