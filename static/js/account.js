// Signing in and up: a password that can be looked at, and the focus on what is wrong.
import { reveal } from "./shared/reveal.js";

document.querySelectorAll("[data-reveal]").forEach(reveal);
document.querySelector("form[data-errors] [aria-invalid=true], form[data-errors] input[type=password]")?.focus();
