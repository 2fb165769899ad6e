/** What every page needs, and what parts that come later share with the worksheet, gathered so that it comes as one file: each page imports this first. */

import "./account";
import "./document/identifiers";
import "./document/outline";
import "./document/paths";
import "./document/results";
import "./outputs/kinds";
import "./outputs/place";
import "./prose/load";
import "./prose/plain-title";
import "./prose/prose";
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
import "./ui/account-menu";
import "./ui/basics";
import "./ui/icons";
import "./ui/menu";
import "./workbench/parts";
import "./workbench/keys";
