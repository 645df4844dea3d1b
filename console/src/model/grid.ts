//! Where the keys of a table lead.

/** The row that a key goes to from one of `count` rows, `page` of which are in sight; null if it is no such key. */
export function rowAfter(key: string, from: number, count: number, page: number): number | null {
  const last = count - 1;
  const clamp = (place: number) => Math.max(Math.min(0, last), Math.min(last, place));
  switch (key) {
    case "ArrowDown":
      return clamp(from + 1);
    case "ArrowUp":
      return clamp(from - 1);
    case "PageDown":
      return clamp(from + page);
    case "PageUp":
      return clamp(from - page);
    case "Home":
      return clamp(0);
    case "End":
      return clamp(last);
    default:
      return null;
  }
}
