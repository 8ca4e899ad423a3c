// Instants for people. Everything of an account is shown in its catalogue's zone, because its month and days are cut there.

const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

function locale(language: string): string {
  return language.startsWith('zh') ? 'zh-CN' : 'en-GB';
}

function format(at: string | number, zone: string, language: string, options: Intl.DateTimeFormatOptions): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at);
  return new Intl.DateTimeFormat(locale(language), { ...options, timeZone: zone }).format(date);
}

export function formatInstant(at: string | number, zone: string, language: string): string {
  return format(at, zone, language, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** Day of an instant, with its year. */
export function formatDate(at: string | number, zone: string, language: string): string {
  return format(at, zone, language, { year: 'numeric', month: 'short', day: 'numeric' });
}

/** A day without a time, "2026-11-23", is the same day everywhere. */
export function formatPlainDay(day: string, language: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? formatDate(`${day}T12:00:00Z`, 'UTC', language) : day;
}

export function formatDay(at: string | number, zone: string, language: string): string {
  return format(at, zone, language, { month: 'short', day: 'numeric' });
}

export function formatHour(at: string | number, zone: string, language: string): string {
  return format(at, zone, language, { hour: '2-digit', minute: '2-digit', hour12: false });
}

export function formatSecond(at: string | number, zone: string, language: string): string {
  return format(at, zone, language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
}

/** Day and time to the second, for what is evidence. */
export function formatMoment(at: string | number, zone: string, language: string): string {
  return format(at, zone, language, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
}

/** "2026-11" -> "November 2026" or "2026年11月". */
export function formatMonth(month: string, language: string): string {
  return /^\d{4}-\d{2}$/.test(month)
    ? format(`${month}-15T12:00:00Z`, 'UTC', language, { year: 'numeric', month: 'long' })
    : month;
}

/** The month `count` months before: "2026-01", 2 -> "2025-11". */
export function monthBefore(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const at = new Date(Date.UTC(year, number - 1 - count, 1));
  return at.toISOString().slice(0, 7);
}

/** The day of `at` in `zone`, "2026-11-23". */
export function dayText(at: number, zone: string): string {
  return new Date(startOfDay(at, zone) + zoneOffset(startOfDay(at, zone), zone)).toISOString().slice(0, 10);
}

/** Whole days, hours and minutes from `now` to `end`, never negative. */
export function timeLeft(now: number, end: number): { days: number; hours: number; minutes: number } {
  const rest = Math.max(0, end - now);
  return {
    days: Math.floor(rest / dayMs),
    hours: Math.floor((rest % dayMs) / hourMs),
    minutes: Math.floor((rest % hourMs) / 60_000),
  };
}

/** The clock's face in `zone` at `at`, as if it were UTC: milliseconds, of whole seconds. */
export function faceOf(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** What the zone's clocks are ahead of UTC at `at`, milliseconds. */
function zoneOffset(at: number, zone: string): number {
  return faceOf(at, zone) - Math.floor(at / 1000) * 1000;
}

/** The instant at which the day of `at` began in `zone`. */
export function startOfDay(at: number, zone: string): number {
  const offset = zoneOffset(at, zone);
  const start = Math.floor((at + offset) / dayMs) * dayMs - offset;
  const then = zoneOffset(start, zone);
  return then === offset ? start : start + offset - then;
}
