// A chart as a picture to keep: on a ground of its own, with its title and what it shows.
import { fitted, token } from "./chart.js";

const EDGE = 20;
const HEAD = 62;

/** A PNG of a canvas, as a blob. */
export function picture(canvas, title, told) {
  const scale = canvas.width / canvas.clientWidth;
  const made = document.createElement("canvas");
  made.width = canvas.width + 2 * EDGE * scale;
  made.height = canvas.height + (HEAD + 2 * EDGE) * scale;
  const ctx = made.getContext("2d");
  ctx.fillStyle = token("surface");
  ctx.fillRect(0, 0, made.width, made.height);
  ctx.save();
  ctx.scale(scale, scale);
  write(ctx, title, `600 17px ${token("font")}`, token("text"), EDGE + 18, canvas.clientWidth);
  write(ctx, told, `13px ${token("font")}`, token("muted"), EDGE + 40, canvas.clientWidth);
  ctx.restore();
  ctx.drawImage(canvas, EDGE * scale, (HEAD + EDGE) * scale);
  return new Promise((resolve) => made.toBlob(resolve, "image/png"));
}

function write(ctx, text, font, colour, y, width) {
  ctx.font = font;
  ctx.fillStyle = colour;
  ctx.fillText(fitted(text, width, (part) => ctx.measureText(part).width), EDGE, y);
}
