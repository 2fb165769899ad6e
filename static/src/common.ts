/** What every page needs, gathered so that it comes as one file: each page imports this first. */

import "./account";
import "./model/paths";
import "./model/times";
import "./net/api";
import "./router";
import "./strings";
import "./theme";
import "./view/account-menu";
import "./view/basics";
import "./view/icons";
import "./worksheet/context";
import "./sheet/keys";
