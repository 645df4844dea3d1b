//! Pages that are loaded when they are needed, or a little before.

import { type ComponentType, type JSX, lazy, useState } from "react";

interface Page<Props> {
  (props: Props): JSX.Element;
  /** Loads its scripts. */
  load: () => Promise<unknown>;
}

/**
 * A page whose scripts come when they are needed. Where they are here already it is drawn at once: React would show what stands in for it all the same, and
 * keep that for 300 ms.
 */
export function page<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>): Page<Props> {
  let here: ComponentType<Props> | undefined;
  const loading = async () => {
    const module = await load();
    here = module.default;
    return module;
  };
  const Later = lazy(loading);
  // Once drawn as one of the two it stays so: the other would begin anew.
  const Drawn = (props: Props) => {
    const [Component] = useState(() => here ?? (Later as ComponentType<Props>));
    return <Component {...props} />;
  };
  return Object.assign(Drawn, { load: loading });
}
