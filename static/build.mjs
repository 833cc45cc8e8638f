// Builds the front end into static/dist (git-ignored). `make assets` calls it when a source or the lock file has changed.
//
//   static/js/*.js          one ES module a page; what they share lies in static/js/shared/ and is split off by esbuild
//   static/js/theme.js      the exception: a small classic script that blocks the first paint, so that no theme flashes
//   static/css/style.css    what pages and admin share, on top of Bootstrap
//   static/css/admin.css    the admin's own, on top of that and of Django's stylesheets
import { build } from "esbuild";
import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");

const common = {
  bundle: true,
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
  target: ["chrome111", "firefox115", "safari16.4"],
  outdir: dist,
};

// Bootstrap lies in a cascade layer: whatever is written outside one wins without a contest of specificity, so Django's
// admin keeps its layout and ours comes last. The imports stand here and not in style.css because collectstatic reads the
// stylesheets in static/css too and would look there for the packages.
const sharedStyles = `
  @import "bootstrap/dist/css/bootstrap.css" layer(bootstrap);
  @import "bootstrap-icons/font/bootstrap-icons.css" layer(icons);
  @import "./css/style.css";
`;

async function pageModules() {
  const files = await readdir(join(here, "js"));
  return files
    .filter((name) => name.endsWith(".js") && name !== "theme.js")
    .map((name) => join(here, "js", name));
}

// esbuild adds no name to the output of stdin, hence outfile there.
function styles(contents, name) {
  const { outdir, ...rest } = common;
  return build({
    ...rest,
    stdin: { contents, loader: "css", resolveDir: here, sourcefile: `${basename(name, ".css")}-entry.css` },
    outfile: join(outdir, name),
    loader: { ".woff": "file", ".woff2": "file" },
    assetNames: "fonts/[name]",
  });
}

await rm(dist, { recursive: true, force: true });
const built = await Promise.allSettled([
  styles(sharedStyles, "style.css"),
  styles('@import "./css/admin.css";', "admin.css"),
  build({ ...common, entryPoints: [join(here, "js", "theme.js")], format: "iife" }),
  build({
    ...common,
    entryPoints: await pageModules(),
    format: "esm",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
  }),
]);

// esbuild has said what is wrong, with the line; a trace of its inside would say no more.
if (built.some(({ status }) => status === "rejected")) {
  process.exit(1);
}
