# Sourced after bootstrap.sh: types, lint, dead code. Ends the script at the first that fails.
cd "$root" || exit
echo '== Types' >&2
tsc -b && tsc -p tsconfig.test.json || exit
echo '== Lint and format' >&2
biome check . || exit
echo '== Dead code' >&2
knip || exit
