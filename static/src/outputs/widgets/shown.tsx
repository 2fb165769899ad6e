/** Widgets that only stand there: texts, pictures, progress. */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { loadMarkdown, loadMath } from "../../prose/load";
import { Icon } from "../../ui/icons";
import { OnDemand } from "../../workbench/on-demand";
import { HtmlFrame } from "../html-frame";
import { Label } from "../interact/controls/label";
import type { ControlProps } from "../interact/controls/props";
import { along } from "../interact/numbers";
import { words } from "./strings";

const picture = { load: () => import("../pictures/picture").then((module) => module.Picture) };

/** Markup with anything else than these has a page of its own; what they say beside text is left out. */
const FOREIGN =
  /<(?!\/?(?:a|b|blockquote|br|center|code|dd|del|div|dl|dt|em|font|h[1-6]|hr|i|kbd|li|mark|ol|p|pre|s|small|span|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul)\b[^>]*>)[a-z!/]/i;
const LONG = 20_000;

export function Caption({ value }: ControlProps<"caption">): JSX.Element {
  return (
    <span class="caption">
      <Label text={String(value)} />
    </span>
  );
}

export function Markup({ control, value }: ControlProps<"markup">): JSX.Element {
  const html = String(value);
  return FOREIGN.test(html) || html.length > LONG ? <HtmlFrame html={html} /> : <Sanitised html={html} math={control.math} />;
}

function Sanitised({ html, math }: { html: string; math: boolean }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let gone = false;
    void Promise.all([loadMarkdown(), math ? loadMath() : null]).then(([{ showMarkup }, loaded]) => {
      if (!gone && element.current !== null) showMarkup(element.current, html, loaded?.typesetText ?? null);
    });
    return () => {
      gone = true;
    };
  }, [html, math]);
  return <div class="prose markup" ref={element} data-testid="widget-markup" />;
}

export function Shot({ control, value, name }: ControlProps<"picture">): JSX.Element | null {
  const data = String(value);
  if (data === "") return null;
  const isDrawn = control.format === "svg";
  const item = { mime: isDrawn ? "image/svg+xml" : `image/${control.format}`, data: isDrawn ? fromLatin(data) : data, alt: words.picture || name, width: null, height: null };
  return <OnDemand of={picture} props={{ item }} />;
}

/** The text whose UTF-8 base64 holds. */
function fromLatin(data: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(data), (each) => each.charCodeAt(0)));
  } catch {
    return "";
  }
}

export function Progress({ control, value, name }: ControlProps<"progress">): JSX.Element {
  const at = Number(value);
  return (
    <div
      class="gauge"
      role="progressbar"
      aria-label={name || words.progress}
      aria-valuemin={control.min}
      aria-valuemax={control.max}
      aria-valuenow={Math.min(Math.max(at, control.min), control.max)}
      data-testid="widget-progress"
    >
      <i style={{ "--at": along(at, control) }} />
    </div>
  );
}

export function Valid({ control, value }: ControlProps<"valid">): JSX.Element {
  const good = value === true;
  return (
    <span class={good ? "verdict good" : "verdict bad"}>
      <span role="img" aria-label={good ? words.good : words.bad}>
        <Icon name={good ? "check" : "close"} />
      </span>
      {!good && <span>{control.text}</span>}
    </span>
  );
}
