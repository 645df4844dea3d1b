//! The address is the state of a page: filters, selection, view. What has its default value is left out of it.

export type UrlState = Record<string, string>;

/** Reads the members that `defaults` names; others of the address are somebody else's. */
export function readSearch<State extends UrlState>(search: string, defaults: State): State {
  const parameters = new URLSearchParams(search);
  const state: UrlState = {};
  for (const [name, value] of Object.entries(defaults)) state[name] = parameters.get(name) ?? value;
  return state as State;
}

/** The address's query with some members changed; the others stay. */
export function changeSearch<State extends UrlState>(search: string, changes: Partial<State>, defaults: State): string {
  const parameters = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "" || value === defaults[name]) parameters.delete(name);
    else parameters.set(name, value);
  }
  return parameters.toString();
}

/** Members of a list such as `FAILED,TIMED_OUT`. */
export function splitList(text: string): string[] {
  return text === "" ? [] : text.split(",");
}

export function toggleInList(text: string, member: string): string {
  const members = splitList(text);
  return (members.includes(member) ? members.filter((each) => each !== member) : [...members, member]).join(",");
}
