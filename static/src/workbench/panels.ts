/** What lies over or beside the sheet: palette, history, dialogs, the sidebar on small screens. */

import { signal } from "@preact/signals";
import { go } from "../router";
import { strings } from "../strings";
import { switchTheme } from "../theme";
import type { Worksheet } from "../document/worksheet";

export type Panel = "palette" | "history" | "keys" | "name" | "share" | "outline";

export class Panels {
  readonly open = signal<Panel | null>(null);

  constructor(readonly worksheet: Worksheet) {}

  show(panel: Panel): void {
    this.open.value = panel;
  }

  toggle(panel: Panel): void {
    this.open.value = this.open.value === panel ? null : panel;
  }

  close(): void {
    this.open.value = null;
  }

  async save(name: string | null = null): Promise<void> {
    try {
      const answer = await this.worksheet.save(name);
      this.worksheet.announcement.value = answer.unchanged === true ? strings.nothingNew : strings.versionSaved;
    } catch (error) {
      this.worksheet.notice.value = (error instanceof Error && error.message) || strings.saveFailed;
    }
  }

  switchTheme(): void {
    switchTheme();
  }

  leave(path: string): void {
    go(path);
  }
}
