# What a deploy does on a switch's machine: sh -c THIS prozvon VERB ROOT [ARGUMENT...].
# Values come as arguments or on standard input, and are never part of the text. GNU coreutils and flock.
set -eu
export LC_ALL=C
umask 022
verb=$1 root=$2
shift 2
releases=$root/releases

fail() {
  echo "$1" >&2
  exit 1
}

# Nothing but twelve hexadecimal digits names a release, nor a folder to be removed.
release() {
  case $1 in
  '' | *[!0-9a-f]*) fail "no release: $1" ;;
  esac
  [ ${#1} -eq 12 ] || fail "no release: $1"
}

case $verb in
lock) # until standard input ends, or half an hour has passed
  mkdir -p "$root"
  command -v flock >/dev/null || fail "there is no flock (util-linux)"
  exec 9>>"$root/.deploy.lock"
  flock -n 9 || fail "somebody else is deploying"
  echo locked
  timeout 1800 cat >/dev/null || :
  ;;
prepare) # CDR OWNER
  mkdir -p "$releases" "$root/programs" "$root/prompts" "$root/spoken"
  if [ ! -d "$1" ]; then
    mkdir -p "$1"
    [ -z "$2" ] || chown "$2" "$1"
  fi
  for folder in "$root/recordings" "$root/inbound"; do
    if [ ! -d "$folder" ]; then
      mkdir -m 700 "$folder"
      [ -z "$2" ] || chown "$2" "$folder"
    fi
  done
  rm -rf "$releases"/.incoming-* "$root"/.current.* "$root"/.secrets.*
  # Files that are being put there, by nobody any more when that was an hour ago
  find "$root" -maxdepth 1 -name '.files-*' -mmin +60 -exec rm -rf {} +
  find "$root/programs" "$root/prompts" -maxdepth 1 -name '.*.*' -mmin +60 -type f -exec rm -f {} +
  ;;
state)
  echo "now $(date +%s)"
  [ ! -L "$root/current" ] || echo "current $(readlink "$root/current")"
  for folder in "$releases"/*; do
    [ ! -d "$folder" ] || echo "stored $(stat -c %Y "$folder") ${folder##*/}"
  done
  [ ! -f "$root/history" ] || cat "$root/history"
  ;;
hashes) # FOLDER
  [ ! -d "$releases/$1" ] || {
    cd "$releases/$1"
    find . -name __pycache__ -prune -o -type f -exec sha256sum {} +
  }
  ;;
read) # RELEASE
  release "$1"
  tar -C "$releases/$1" --exclude=__pycache__ -cf - .
  ;;
settle) # RELEASE; standard input: `put PATH` and `rm PATH` where the release is there already
  release "$1"
  incoming=$releases/.incoming-$1
  find "$incoming" -type d -exec chmod 755 {} +
  find "$incoming" -type f -exec chmod 644 {} +
  find "$incoming" -exec sync {} +
  if [ -d "$releases/$1" ]; then
    while IFS= read -r line; do
      path=${line#* }
      case ${line%% *} in
      put)
        mkdir -p "$(dirname "$releases/$1/$path")"
        mv -fT "$incoming/$path" "$releases/$1/$path"
        ;;
      rm) rm -f "$releases/$1/$path" ;;
      esac
    done
    rm -rf "$incoming"
  else
    mv -T "$incoming" "$releases/$1"
  fi
  sync "$releases"
  ;;
switch) # RELEASE, or nothing
  if [ -n "$1" ]; then
    release "$1"
    ln -s "releases/$1" "$root/.current.$$"
    mv -fT "$root/.current.$$" "$root/current"
  else
    rm -f "$root/current"
  fi
  sync "$root"
  ;;
remember) # RELEASE
  release "$1"
  [ ! -s "$root/history" ] || [ -z "$(tail -c 1 "$root/history")" ] || echo >>"$root/history"
  echo "$(date +%s)000 $1" >>"$root/history"
  sync "$root/history"
  ;;
remove) # RELEASE...
  for id in "$@"; do
    release "$id"
    rm -rf "${releases:?}/$id"
  done
  ;;
has_secrets) # OWNER; standard input: the file
  if [ -f "$root/secrets.xml" ] && [ "$(stat -c %a "$root/secrets.xml")" = 600 ] &&
    { [ -z "$1" ] || [ "$(stat -c %U "$root/secrets.xml")" = "$1" ]; } && cmp -s - "$root/secrets.xml"; then
    echo yes
  else
    echo no
  fi
  ;;
put_secrets) # OWNER BYTES; standard input: the file
  umask 077
  rm -f "$root"/.secrets.*
  cat >"$root/.secrets.new"
  [ "$(wc -c <"$root/.secrets.new")" -eq "$2" ] || fail "the connection broke off"
  : >"$root/.secrets.before"
  [ ! -f "$root/secrets.xml" ] || cat "$root/secrets.xml" >"$root/.secrets.before"
  [ -z "$1" ] || chown "$1" "$root/.secrets.new" "$root/.secrets.before"
  sync "$root/.secrets.new" "$root/.secrets.before"
  mv -fT "$root/.secrets.new" "$root/secrets.xml"
  ;;
restore_secrets)
  if [ -s "$root/.secrets.before" ]; then
    mv -fT "$root/.secrets.before" "$root/secrets.xml"
  elif [ -f "$root/.secrets.before" ]; then
    rm -f "$root/.secrets.before" "$root/secrets.xml"
  fi
  ;;
keep_secrets)
  rm -f "$root/.secrets.before"
  ;;
sums) # standard input: paths below the root, which is made
  mkdir -p "$root"
  cd "$root"
  while IFS= read -r path; do
    [ ! -f "$path" ] || sha256sum "$path"
  done
  ;;
put_files) # FOLDER that was copied; standard input: paths in it
  chmod -R a+rX,u+w "$root/$1"
  while IFS= read -r path; do
    mkdir -p "$(dirname "$root/$path")"
    sync "$root/$1/$path"
    mv -fT "$root/$1/$path" "$root/$path"
  done
  rm -rf "${root:?}/$1"
  ;;
esac
