/** What every page needs, gathered so that it comes as one file: each page imports this first. */

import "./account";
import "./model/times";
import "./net/api";
import "./pages/workspace-table";
import "./router";
import "./strings";
import "./theme";
import "./view/account-menu";
import "./view/basics";
import "./view/icons";
import "./view/site-header";
import "./worksheet/context";
