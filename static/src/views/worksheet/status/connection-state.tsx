/** Whether the page is connected, in the status bar. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useParts } from "../../../workbench/parts";
import { words } from "../later-strings";

type Look = { word: string; dot: string; state: string };

export function ConnectionState(): JSX.Element {
  const { socket } = useParts();
  const look = useComputed((): Look => {
    const { phase, failures } = socket.state.value;
    const silent = socket.silent.value;
    if (phase === "open" && silent > 0) return { word: words.silent(silent), dot: "run", state: "silent" };
    if (phase === "open") return { word: words.connected(socket.milliseconds.value), dot: "", state: "connected" };
    if (phase === "stopped") return { word: words.stopped, dot: "err", state: "stopped" };
    if (failures === 0) return { word: words.connecting, dot: "off", state: "connecting" };
    if (failures > 4 || !navigator.onLine) return { word: words.offline, dot: "off", state: "offline" };
    return { word: words.reconnecting, dot: "run", state: "reconnecting" };
  }).value;
  return (
    <span data-testid="status-connection" data-state={look.state}>
      <i class={`dot ${look.dot}`} />
      <span class="num">{look.word}</span>
    </span>
  );
}
