/** Which worksheets a person trusts to run cells when they are opened: kept in their browser, for these texts and no others. */

const KEY = "sagews.trust";
/** Worksheets that are remembered, the last ones. */
const MOST = 100;
/** Characters that name the texts of one: some three hundred cells. */
const LONGEST = 24_000;

/** The worksheets of one person that are trusted, and the texts for which they are, the longest ago first. */
type Kept = [place: string, texts: string][];

/** Whether this person trusts the cells of a worksheet, named by ids and hashes, as they stand. */
export function isTrusted(person: string, document: string, texts: string): boolean {
  return kept().some(([place, known]) => place === `${person} ${document}` && known === texts);
}

/** Trust them from now on; null takes it back. Returns whether it could be kept. */
export function trust(person: string, document: string, texts: string | null): boolean {
  const place = `${person} ${document}`;
  const others = kept().filter(([known]) => known !== place);
  if (texts !== null && texts.length > LONGEST) return false;
  try {
    localStorage.setItem(KEY, JSON.stringify([...others, ...(texts === null ? [] : [[place, texts]])].slice(-MOST)));
    return true;
  } catch {
    // Full or forbidden: then one is asked each time.
    return false;
  }
}

/** Anybody at the page's console writes there too. */
function kept(): Kept {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((each): each is Kept[number] => Array.isArray(each) && each.length === 2 && each.every((part) => typeof part === "string")) : [];
  } catch {
    return [];
  }
}
