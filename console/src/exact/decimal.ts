// Decimal strings, exactly. Quantities and money arrive as text ("24010", "1.7694444444", "-224.85") and are shown without
// ever becoming a floating number: everything here is BigInt or text. A text that is no decimal is shown as it came.

/** A decimal as an integer and the number of its digits after the point. */
interface Parts {
  readonly value: bigint;
  readonly scale: number;
}

const pattern = /^(-?)(\d+)(?:\.(\d+))?$/;

/** True for plain decimals: optional "-", digits, optional fraction; no exponent, no grouping. */
export function isDecimal(text: string): boolean {
  return pattern.test(text);
}

function parts(text: string): Parts {
  const found = pattern.exec(text);
  if (!found) throw new RangeError(`not a decimal: ${text.slice(0, 40)}`);
  const fraction = found[3] ?? '';
  const value = BigInt(`${found[2]}${fraction}`);
  return { value: found[1] === '-' ? -value : value, scale: fraction.length };
}

function print({ value, scale }: Parts): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(digits.length - scale)}`;
  return negative ? `-${text}` : text;
}

function aligned(a: string, b: string): [bigint, bigint, number] {
  const x = parts(a);
  const y = parts(b);
  const scale = Math.max(x.scale, y.scale);
  return [x.value * 10n ** BigInt(scale - x.scale), y.value * 10n ** BigInt(scale - y.scale), scale];
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compare(a: string, b: string): number {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

export function subtract(a: string, b: string): string {
  const [x, y, scale] = aligned(a, b);
  return trim(print({ value: x - y, scale }));
}

/** The exact product, without trailing zeros. */
export function multiply(a: string, b: string): string {
  const x = parts(a);
  const y = parts(b);
  return trim(print({ value: x.value * y.value, scale: x.scale + y.scale }));
}

/** Moves the decimal point right by `places` (>= 0): a price per message becomes a price per million. */
export function shift(text: string, places: number): string {
  return multiply(text, `1${'0'.repeat(places)}`);
}

/** Without zeros at the end of the fraction. */
export function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Rounds half away from zero to at most `places` digits after the point. */
export function round(text: string, places: number): string {
  const { value, scale } = parts(text);
  if (scale <= places) return text;
  const cut = 10n ** BigInt(scale - places);
  const size = value < 0n ? -value : value;
  const up = (size + cut / 2n) / cut;
  return print({ value: value < 0n ? -up : up, scale: places });
}

/**
 * How much of `whole` is `part`, in thousandths, rounded down and never above `most`. For widths of bars and percent
 * labels only; 0 when `whole` is 0.
 */
export function permille(part: string, whole: string, most = 1_000_000): number {
  const [x, y] = aligned(part, whole);
  if (y <= 0n || x <= 0n) return 0;
  const ratio = (x * 1000n) / y;
  return ratio > BigInt(most) ? most : Number(ratio);
}

function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const sign = whole.startsWith('-') ? '−' : '';
  const digits = whole.replace('-', '').replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? `${sign}${digits}` : `${sign}${digits}.${fraction}`;
}

/** "24010" -> "24,010"; at most `places` digits after the point, rounded half away from zero. */
export function formatQuantity(text: string, places = 10): string {
  return isDecimal(text) ? grouped(trim(round(text, places))) : text;
}

const symbols: Readonly<Record<string, string>> = { CNY: '¥', USD: '$', EUR: '€', GBP: '£' };

/** "-224.85", "CNY" -> "−¥224.85". Digits after the point stay as they came, but one digit becomes two: ¥0.20. */
export function formatMoney(amount: string, currency: string): string {
  if (!isDecimal(amount)) return amount;
  const negative = amount.startsWith('-');
  const size = negative ? amount.slice(1) : amount;
  const digits = grouped(/\.\d$/.test(size) ? `${size}0` : size);
  return `${negative ? '−' : ''}${symbols[currency] ?? `${currency} `}${digits}`;
}

/** Whole millions (or, in Chinese, whole 万) in short form, anything else in full: "30000000" -> "30 M" or "3,000 万". */
export function formatShort(text: string, language: string): string {
  if (!isDecimal(text) || text.includes('.')) return formatQuantity(text);
  const value = BigInt(text);
  const chinese = language.startsWith('zh');
  const unit = chinese ? 10_000n : 1_000_000n;
  if (value < unit || value % unit !== 0n) return grouped(text);
  return `${grouped((value / unit).toString())}${chinese ? ' 万' : ' M'}`;
}

/** A difference of money with its sign: "+¥2,800.00", "−¥1,100.00", "±¥0.00". */
export function formatDifference(amount: string, currency: string): string {
  if (!isDecimal(amount)) return amount;
  const sign = compare(amount, '0');
  const text = formatMoney(amount, currency);
  return sign < 0 ? text : `${sign === 0 ? '±' : '+'}${text}`;
}
