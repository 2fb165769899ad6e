/** The pages of management: each registers itself in its own file. */

import type { ComponentType } from "preact";
import { Registry } from "../../registry";
import type { IconName } from "../../ui/icons";

export interface ManagementPage {
  readonly id: string;
  readonly label: string;
  readonly icon: IconName;
  readonly Page: ComponentType;
}

/** In the order of the menu. */
export const managementPages = new Registry<ManagementPage>();
