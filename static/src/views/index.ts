/** Every view, by the file in which it registers what it brings: a new view is a folder and a line here. */

import "./worksheet/register";
import "./history/register";
import "./dialogs/register";
import "./find/register";
import "./formats/register";
import "./console/register";
import "./groups/register";
import "./presentation/register";
import "./reading/register";
import "./variables/register";
