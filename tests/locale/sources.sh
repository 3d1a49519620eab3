#!/usr/bin/env bash
# The catalogues have each text of the source, and no other.
set -euo pipefail
unset DJANGO_SETTINGS_MODULE  # makemessages needs none
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
languages=()
for directory in sessions_api/locale/*/; do languages+=(--locale "$(basename "$directory")"); done
copy=$(mktemp --directory)
trap 'rm -rf "$copy"' EXIT
for folder in sessions_api example_project/pages; do
    cp -r "$folder" "$copy/source"
    (cd "$copy/source" && python -m django makemessages "${languages[@]}" --no-location --no-obsolete --verbosity 0)
    for language in sessions_api/locale/*/; do
        name=$(basename "$language")
        file=locale/$name/LC_MESSAGES/django.po
        for side in "$folder" "$copy/source"; do
            msgattrib --no-location --sort-output --no-wrap "$side/$file" | sed '1,/^$/d' | grep -v '^#, .*format$' >"$copy/$(basename "$side").txt"
        done
        diff -u "$copy/$(basename "$folder").txt" "$copy/source.txt" \
            || { echo "$folder/$file is not what the source has. Run makemessages there, and translate."; exit 1; }
    done
    rm -rf "$copy/source"
done
echo "All texts are in all catalogues."
