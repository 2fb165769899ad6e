/** Every kind of output, the best form of a value first: a new kind is a file and a line here. */

import "./latex";
import "./rich";
import "./image";
import "./html";
import "./markdown";
import "./text";
import "./error";
import "./spilled";
import "./notice";
import "./channel";
import "./area";
