/** Where a cell stands among its neighbours: strings that sort, between any two of which there is another.
 *
 * The same strings as the server makes (sagews/model/positions.py): an integer part whose head letter says how long it
 * is, and a fraction in base 62 that does not end in "0". */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SMALLEST = "A" + "0".repeat(26);

/** Whether this is a position in its one canonical form. */
export function isPosition(text: string): boolean {
  if (text.length > 200 || !/^[A-Za-z][0-9A-Za-z]*$/.test(text) || text === SMALLEST) return false;
  const length = integerLength(text);
  return text.length === length || (text.length > length && !text.endsWith("0"));
}

/** A position after `before` and before `after`; null stands for the start or the end.
 *
 * Neighbours that are not in order (two people inserted at once) count as if there were nothing behind. */
export function between(before: string | null, after: string | null): string {
  const low = before !== null && isPosition(before) ? before : null;
  let high = after !== null && isPosition(after) ? after : null;
  if (low !== null && high !== null && low >= high) high = null;
  if (low === null) return high === null ? "a0" : beforeOf(high);
  const [integer, fraction] = split(low);
  if (high === null) return increment(integer) ?? integer + middle(fraction, null);
  const [highInteger, highFraction] = split(high);
  if (integer === highInteger) return integer + middle(fraction, highFraction);
  const following = increment(integer);
  return following !== null && following < high ? following : integer + middle(fraction, null);
}

/** `count` positions in order between two others. */
export function spread(before: string | null, after: string | null, count: number): string[] {
  const found: string[] = [];
  let low = before;
  for (let index = 0; index < count; index += 1) {
    low = between(low, after);
    found.push(low);
  }
  return found;
}

function beforeOf(high: string): string {
  const [integer, fraction] = split(high);
  if (integer === SMALLEST) return integer + middle("", fraction);
  if (fraction) return integer;
  return decrement(integer) ?? integer + middle("", fraction);
}

function integerLength(position: string): number {
  const head = position.charCodeAt(0);
  return head >= 97 ? head - 97 + 2 : 90 - head + 2;
}

function split(position: string): [string, string] {
  const length = integerLength(position);
  return [position.slice(0, length), position.slice(length)];
}

/** A fraction strictly between two, as short as can be; null is one. */
function middle(low: string, high: string | null): string {
  if (high !== null) {
    let shared = 0;
    while (shared < high.length && (low[shared] ?? "0") === high[shared]) shared += 1;
    if (shared > 0) return high.slice(0, shared) + middle(low.slice(shared), high.slice(shared));
  }
  const first = low ? DIGITS.indexOf(low.charAt(0)) : 0;
  const last = high === null ? DIGITS.length : DIGITS.indexOf(high.charAt(0));
  if (last - first > 1) return DIGITS.charAt((first + last + 1) >> 1);
  if (high !== null && high.length > 1) return high.charAt(0);
  return DIGITS.charAt(first) + middle(low.slice(1), null);
}

function increment(integer: string): string | null {
  const digits = integer.slice(1).split("");
  for (let place = digits.length - 1; place >= 0; place -= 1) {
    const value = DIGITS.indexOf(digits[place] ?? "0") + 1;
    if (value < DIGITS.length) {
      digits[place] = DIGITS.charAt(value);
      return integer.charAt(0) + digits.join("");
    }
    digits[place] = "0";
  }
  return neighbour(integer.charAt(0), 1, "0");
}

function decrement(integer: string): string | null {
  const digits = integer.slice(1).split("");
  for (let place = digits.length - 1; place >= 0; place -= 1) {
    const value = DIGITS.indexOf(digits[place] ?? "0") - 1;
    if (value >= 0) {
      digits[place] = DIGITS.charAt(value);
      return integer.charAt(0) + digits.join("");
    }
    digits[place] = "z";
  }
  return neighbour(integer.charAt(0), -1, "z");
}

/** The first (or last) integer part with the next head letter; null beyond the alphabet. */
function neighbour(head: string, step: 1 | -1, digit: string): string | null {
  if (head === (step === 1 ? "z" : "A")) return null;
  if (head === "Z" && step === 1) return "a0";
  if (head === "a" && step === -1) return "Zz";
  const following = String.fromCharCode(head.charCodeAt(0) + step);
  return following + digit.repeat(integerLength(following) - 1);
}
