// What every page needs: the collapsing navigation, menus and alerts that can be closed.
import "bootstrap/js/src/alert.js";
import "bootstrap/js/src/collapse.js";
import "bootstrap/js/src/dropdown.js";
import { closeMenuOnEscape } from "./shared/nav.js";
import { keepSession } from "./shared/session.js";

closeMenuOnEscape();
keepSession();
