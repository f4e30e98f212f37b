// What makes a form kinder where scripts run. Everything works without this file.
import { focusFirst } from "./focus.js";
import { offerTowns } from "./postcode.js";
import { copyButtons } from "./copy.js";
import { warnUnsaved, sendOnce } from "./unsaved.js";

focusFirst();
copyButtons();
offerTowns();
warnUnsaved();
sendOnce();
