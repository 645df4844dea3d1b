//! Names in ARNs, and where the pages of what they name are.

/** The last part: an execution's name, a machine's. */
export function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1);
}

/** The machine of an execution's ARN. */
export function machineOf(executionArn: string): string {
  const parts = executionArn.split(":");
  return parts[6]?.split("/")[0] ?? "";
}

export function executionPath(arn: string): string {
  return `/e/${encodeURIComponent(arn)}`;
}

export function machinePath(name: string): string {
  return `/machines/${encodeURIComponent(name)}`;
}

/** A segment of the address as it was before `encodeURIComponent`. The router has undone only what is safe in a whole path. */
export function segment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
