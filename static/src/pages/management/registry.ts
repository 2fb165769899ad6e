/** The pages of management: each registers itself in its own file. */

import type { ComponentType } from "preact";
import { Registry } from "../../registry";

export interface ManagementPage {
  readonly id: string;
  readonly label: string;
  /** The path of a drawing of 16 × 16. */
  readonly icon: string;
  readonly Page: ComponentType;
}

/** In the order of the menu. */
export const managementPages = new Registry<ManagementPage>();
