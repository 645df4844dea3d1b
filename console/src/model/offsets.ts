//! Spans of the server are in bytes of UTF-8, editors count UTF-16 units.

/** The unit that begins at a byte. */
export function unitAt(text: string, byte: number): number {
  let bytes = 0;
  let unit = 0;
  while (unit < text.length && bytes < byte) {
    const point = text.codePointAt(unit) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
    unit += point > 0xffff ? 2 : 1;
  }
  return unit;
}

/** The byte where a unit begins. */
export function byteAt(text: string, unit: number): number {
  return new TextEncoder().encode(text.slice(0, unit)).length;
}
