/** What every page needs, gathered so that it comes as one file: each page imports this first. */

import "./account";
import "./document/identifiers";
import "./document/paths";
import "./prose/plain-title";
import "./times";
import "./patience";
import "./net/base64";
import "./net/http";
import "./net/sign-in";
import "./net/ticket";
import "./registry";
import "./router";
import "./strings";
import "./theme";
import "./ui/basics";
import "./ui/icons";
import "./workbench/parts";
import "./workbench/keys";
