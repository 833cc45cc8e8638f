// One's own profile: e-mail and password through the API, and the time zone as the browser has it.
import { byId } from "./shared/dom.js";
import { sends } from "./shared/form.js";
import { patch, post } from "./shared/http.js";
import { tell } from "./shared/notice.js";
import { reveal } from "./shared/reveal.js";

const email = byId("email-form");
const password = byId("password-form");

function zone(now = new Date()) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZoneName: "longOffset" }).format(now);
  return `${timeZone}, where it is ${time}`;
}

byId("zone").textContent = zone();
document.querySelectorAll("[data-reveal]").forEach(reveal);

sends(email, async () => {
  const me = await patch("/api/auth/me/", { email: email.elements.email.value });
  email.elements.email.value = me.email;
  tell(email.querySelector("[data-notice]"), "success", "Saved.");
});

if (password) {
  sends(password, async () => {
    const { old_password: before, new_password: after } = password.elements;
    await post("/api/auth/me/password/", { old_password: before.value, new_password: after.value });
    before.value = "";
    after.value = "";
    tell(password.querySelector("[data-notice]"), "success", "The password is changed. Your other sessions and all tokens have ended.");
  });
}
