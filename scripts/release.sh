#!/usr/bin/env bash
# Makes a release on top of the commit that is checked out: dist/ in one commit, that commit's name in the shipped
# workflows in a second, and a tag on the second (docs/decisions/0001). Pushes nothing.
# usage: scripts/release.sh OWNER     the account that the action is taken from
set -euo pipefail
cd "$(dirname "$0")/.."

owner=${1:-}
case $owner in
  "" | *[!A-Za-z0-9-]*) echo "usage: scripts/release.sh OWNER (an account's name)" >&2; exit 2 ;;
esac
if [ -n "$(git status --porcelain)" ]; then
  echo "release: commit or remove what git status shows first" >&2
  exit 1
fi
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
tag=v$version
if git rev-parse --quiet --verify "refs/tags/$tag" >/dev/null; then
  echo "release: $tag is there already; raise the version in package.json" >&2
  exit 1
fi

npm run --silent build
.ci/bundle # also compares dist/ with a build made anew
git add --force dist
git commit --quiet --message "Build $tag"
built=$(git rev-parse HEAD)
sed -i "s|uses: OWNER/cellarman@0\{40\}.*|uses: $owner/cellarman@$built # $tag|" .github/workflows/*.yml
if grep -q 'uses: OWNER/' .github/workflows/*.yml; then
  echo "release: a shipped workflow still names OWNER" >&2
  exit 1
fi
git commit --quiet --all --message "Name the build of $tag in the shipped workflows"
git tag --annotate "$tag" --message "$tag"
echo "$tag: $built"
