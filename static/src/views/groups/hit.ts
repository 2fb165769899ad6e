/** Which bracket a press falls on. The innermost are furthest to the left; each is as wide as the style sheet makes it. */

/** Pixels between two brackets, as in styles/views/groups.css. */
export const STEP = 12;

/** The id of the cell or section whose bracket is there, or null. */
export function groupAt(event: MouseEvent): string | null {
  const sheet = event.currentTarget as HTMLElement;
  const boxes = [...sheet.querySelectorAll<HTMLElement>(".cell:not(.section), .sec")].filter((each) => {
    const { top, bottom } = each.getBoundingClientRect();
    return top <= event.clientY && event.clientY <= bottom;
  });
  for (const box of boxes) {
    const right = box.getBoundingClientRect().right + Number.parseFloat(getComputedStyle(box).getPropertyValue("--bracket") || "0");
    if (event.clientX > right - STEP && event.clientX <= right) {
      const holder = box.classList.contains("sec") ? box.querySelector(":scope > .cell") : box;
      return holder?.getAttribute("data-cell-id") ?? null;
    }
  }
  return null;
}
