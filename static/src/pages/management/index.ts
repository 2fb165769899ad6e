/** Every page of management, in the order of the menu: a new page is a file and a line here. */

import "./workers";
import "./users";
import "./sessions";
import "./logs";
