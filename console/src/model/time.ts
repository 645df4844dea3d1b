//! Times and sizes as people read them.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (number: number) => String(number).padStart(2, "0");

/** `820 ms`, `1.24 s`, `3 m 05 s`, `2 h 07 m`, `3 d 04 h`. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "–";
  if (ms < 0) return `−${duration(-ms)}`;
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(2)} s`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} m ${two(Math.floor((ms % MINUTE) / SECOND))} s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${two(Math.floor((ms % HOUR) / MINUTE))} m`;
  return `${Math.floor(ms / DAY)} d ${two(Math.floor((ms % DAY) / HOUR))} h`;
}

/** `just now`, `12 s ago`, `4 m ago`, `3 h ago`, `2 d ago`, and the date after a month. */
export function ago(at: number, now: number): string {
  const passed = now - at;
  if (passed < 5 * SECOND) return "just now";
  if (passed < MINUTE) return `${Math.floor(passed / SECOND)} s ago`;
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} m ago`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h ago`;
  if (passed < 31 * DAY) return `${Math.floor(passed / DAY)} d ago`;
  return new Date(at).toLocaleDateString(undefined, { dateStyle: "medium" });
}

/** Date, time to the millisecond and zone. */
export function exactly(at: number): string {
  const date = new Date(at);
  const zone = Intl.DateTimeFormat(undefined, { timeZoneName: "shortOffset" }).formatToParts(date);
  const offset = zone.find((part) => part.type === "timeZoneName")?.value ?? "";
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(at)} ${offset}`;
}

/** `10:03:02.118` */
export function clock(at: number): string {
  const date = new Date(at);
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** `812 B`, `1.2 KB`, `256 KB`, `10.4 MB`, in powers of 1,024. */
export function size(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return "–";
  if (bytes < 1_024) return `${bytes} B`;
  for (const [unit, scale] of [["KB", 1_024], ["MB", 1_024 ** 2], ["GB", 1_024 ** 3]] as const) {
    const value = bytes / scale;
    if (value < 1_000 || unit === "GB") return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
  }
  return `${bytes} B`;
}

export function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** A number that was counted no further than `most`. */
export function atLeast(number: number, most: number | undefined): string {
  return most !== undefined && number >= most ? `${count(most)}+` : count(number);
}

export function percent(share: number): string {
  if (share === 0) return "0 %";
  return share < 0.1 ? `${(100 * share).toFixed(1)} %` : `${Math.round(100 * share)} %`;
}
