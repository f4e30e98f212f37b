// What makes a form kinder where scripts run. Everything works without this file.
import { focusFirst } from "./focus.js";
import { offerTowns } from "./postcode.js";
import { copyButtons } from "./copy.js";
import { autosave } from "./autosave.js";
import { sendFiles } from "./files.js";
import { holdWarning } from "./hold.js";
import { warnUnsaved, sendOnce } from "./unsaved.js";

focusFirst();
copyButtons();
offerTowns();
autosave();
holdWarning();
sendFiles();
warnUnsaved();
sendOnce();
