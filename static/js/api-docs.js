// The description of the API to read and to try, drawn by Swagger UI from the packages of the server.
import { cookie } from "./shared/cookie.js";

const place = document.getElementById("api-docs");
const root = document.documentElement;

/** Swagger UI has a dark dress of its own, which this class puts on. */
function followTheme() {
  root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark");
}

followTheme();
new MutationObserver(followTheme).observe(root, { attributes: true, attributeFilter: ["data-bs-theme"] });

window.SwaggerUIBundle({
  url: place.dataset.description,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  // Who is signed in here may try calls without a token.
  requestInterceptor(request) {
    if (new URL(request.url, location.href).origin === location.origin) {
      request.headers["X-CSRFToken"] = cookie("csrftoken");
    }
    return request;
  },
});
