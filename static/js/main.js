// What every page needs: the collapsing navigation, menus and alerts that can be closed.
import "bootstrap/js/src/alert.js";
import "bootstrap/js/src/collapse.js";
import "bootstrap/js/src/dropdown.js";
import { exactly } from "./shared/format.js";
import { closeMenuOnEscape } from "./shared/nav.js";
import { keepSession } from "./shared/session.js";

closeMenuOnEscape();
keepSession();

// Times that the server wrote are in its zone; on hovering they are told in the person's.
document.querySelectorAll("time[datetime*='T']").forEach((one) => (one.title = exactly(one.dateTime)));
