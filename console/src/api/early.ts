//! What a page asks for first is asked for before the scripts that draw it are here.

/** Below the API's root; each is given once. */
const asked = new Map<string, Promise<Response>>();

function ask(root: string, target: string) {
  const answer = fetch(root + target, { headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "error" });
  // Whoever takes it hears of it.
  answer.catch(() => undefined);
  asked.set(target, answer);
}

/** What `queries.ts` will ask for on the page of an address, as far as the address alone tells. */
export function askEarly(root: string, { pathname, search }: { pathname: string; search: string }) {
  ask(root, "/bootstrap");
  const [, page = "machines", name] = /^\/console\/?(?:([a-z]+)(?:\/([^/]+))?\/?)?$/.exec(pathname) ?? [];
  if (page === "e" && name !== undefined) {
    ask(root, `/executions/${name}`);
    if (!new URLSearchParams(search).has("t")) ask(root, `/executions/${name}/at/latest`);
  } else if (page === "machines") ask(root, name === undefined ? "/machines" : `/machines/${name}`);
}

export function takeEarly(target: string): Promise<Response> | undefined {
  const answer = asked.get(target);
  asked.delete(target);
  return answer;
}
