// Runs before a page's own scripts and notes when what people wait for has been presented, in ms since the navigation.
if (window.top === window) {
  const marks = (window.benchmark = {});
  // A task that is posted in an animation frame's callback runs once that frame has been drawn.
  const drawn = (action) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = action;
    channel.port2.postMessage(0);
  });
  const mark = (name) => (marks[name] ??= performance.now());
  const once = (condition, name, then = () => {}) => {
    const look = () => {
      const found = condition();
      if (!found) return requestAnimationFrame(look);
      drawn(() => { mark(name); then(found); });
    };
    requestAnimationFrame(look);
  };

  /** An editor that nothing covers. */
  const editor = () => [...document.querySelectorAll(".cm-content")].find((element) => {
    const box = element.getBoundingClientRect();
    const there = document.elementFromPoint(box.left + Math.min(box.width, 40) / 2, box.top + box.height / 2);
    return box.height > 0 && there !== null && (there === element || element.contains(there) || there.closest(".cm-editor")?.contains(element));
  });
  const live = () => {
    const element = editor();
    if (element === undefined) return false;
    if (document.activeElement !== element) element.focus();
    return document.activeElement === element && element;
  };
  const focused = () => document.activeElement?.matches(".cm-content") && document.activeElement;
  /** The keyboard is there, and then a key has changed the text. */
  const writing = (there) => once(there, "focused", (element) => {
    const before = element.textContent;
    once(() => element.textContent !== before, "accepted");
  });
  window.benchmarkEditor = () => {
    once(editor, "visible");
    writing(live);
  };
  /** A long sheet: a screenful of cells with their text, then an editor in the first of them, which is clicked. */
  window.benchmarkSheet = () => {
    const full = () => [...document.querySelectorAll("[data-cell-id]")].some((cell) => cell.getBoundingClientRect().bottom > innerHeight - 40);
    once(full, "screen", () => {
      const still = [...document.querySelectorAll("[data-cell-id] pre.still")].find((each) => each.getBoundingClientRect().top > 60);
      const box = still.getBoundingClientRect();
      const press = { bubbles: true, cancelable: true, button: 0, clientX: box.left + 60, clientY: box.top + 30 };
      still.dispatchEvent(new MouseEvent("mousedown", press));
      writing(focused);
    });
  };
  /** Key presses: from the event's own time stamp to the end of the frame that shows what it did. */
  window.benchmarkKeys = () => {
    const times = [];
    let pressed = null;
    addEventListener("keydown", (event) => (pressed = event.timeStamp), true);
    addEventListener("input", () => {
      const from = pressed;
      pressed = null;
      if (from !== null) drawn(() => times.push(performance.now() - from));
    }, true);
    return (window.benchmarkTimes = times);
  };
}
