#!/usr/bin/env bash
# Packs the home folder and a trimmed Java of its own into one archive that runs where there is no Java: ./rebind image.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
. "$here/src/main/dist/bin/find-java.sh"
modules=java.base,java.logging,java.management,java.xml,jdk.management,jdk.unsupported,jdk.incubator.vector
most_glibc=2.28
most_megabytes=60
archive=$here/target/rebind-image.tar.gz
stage=$here/target/image

case ${1:-} in
  '') with_dnnl=false ;;
  --with-dnnl) with_dnnl=true most_megabytes=120 ;;
  *)
    echo "usage: rebind image [--with-dnnl]   (oneDNN is 27 MB that a GPU does not need; without it matrix products on the CPU run in Java)" >&2
    exit 2
    ;;
esac

# glibc_of FILE: the newest glibc version it asks for.
glibc_of() { grep -ao 'GLIBC_2\.[0-9]*' "$1" | sed 's/GLIBC_//' | sort -uV | tail -1; }

at_most() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | tail -1)" = "$2" ]; }

# The newest JDK with jlink whose JVM runs on old systems; failing that, the newest.
portable_java() {
  local home version glibc best='' best_version=0
  while IFS= read -r home; do
    version=$(java_version "$home")
    [ -n "$version" ] && [ "$version" -ge 17 ] && [ -x "$home/bin/jlink" ] && [ -f "$home/lib/server/libjvm.so" ] || continue
    glibc=$(glibc_of "$home/lib/server/libjvm.so")
    if at_most "$glibc" "$most_glibc" && [ "$version" -gt "$best_version" ]; then
      best=$home best_version=$version
    fi
  done < <(java_homes)
  if [ -z "$best" ]; then
    best=$(find_java 17 jlink) || return 1
    echo "rebind: no JDK here is built for glibc $most_glibc (Temurin's are); the image will ask for glibc $(glibc_of "$best/lib/server/libjvm.so")" >&2
  fi
  printf '%s' "$best"
}

home=$here/target/rebind-$(sed -n 's#^  <version>\(.*\)</version>#\1#p' "$here/../pom.xml" | head -1)
java_home=${REBIND_JAVA_HOME:-$(portable_java)}
echo "rebind: packing an image with Java $(java_version "$java_home") ($java_home)"
rm -rf "$stage" "$archive"
mkdir -p "$stage/rebind"
cp -r "$home"/{bin,bundle,app,lib,conf,LICENSE,NOTICE,THIRD-PARTY-NOTICES.md} "$stage/rebind/"
mkdir "$stage/rebind/deploy"
cp "$here/src/main/dist/deploy/README.txt" "$stage/rebind/deploy/"
$with_dnnl || rm "$stage"/rebind/bundle/dnnl-bindings-*.jar
# The bindings' natives were linked on a newer Linux than they need.
natives=$stage/natives
for jar in "$stage"/rebind/bundle/*-bindings-*.jar; do
  rm -rf "$natives"
  mkdir -p "$natives"
  (cd "$natives" && "$java_home/bin/jar" xf "$jar")
  if find "$natives" -name '*.so*' | grep -q .; then
    "$java_home/bin/java" "$here/OlderGlibc.java" "$natives" | sed 's/^/rebind: /'
    (cd "$natives" && find . -name '*.so*' -print0 | sort -z | xargs -0 "$java_home/bin/jar" uf "$jar")
  fi
done
rm -rf "$natives"
"$java_home/bin/jlink" --add-modules "$modules" --output "$stage/rebind/java" --strip-java-debug-attributes \
  --no-header-files --no-man-pages --vm=server
if command -v strip >/dev/null; then
  find "$stage/rebind/java/lib" -name '*.so' -exec strip --strip-unneeded {} +
fi
tar -C "$stage" --owner=0 --group=0 --sort=name -cf - rebind | gzip -9 >"$archive"

bytes=$(stat -c %s "$archive")
if [ "$bytes" -gt $((most_megabytes * 1024 * 1024)) ]; then
  echo "rebind: $archive has $((bytes / 1024 / 1024)) MB, more than the $most_megabytes it may have" >&2
  exit 1
fi

# Tried as a stranger gets it: unpacked elsewhere, nothing of this machine's Java in sight.
trial=$(mktemp -d)
trap 'rm -rf "$trial" "$stage"' EXIT
tar -C "$trial" -xzf "$archive"
mkdir "$trial/empty"
as_stranger() { (cd "$trial/empty" && env -i PATH=/usr/bin:/bin HOME="$trial" "$trial/rebind/bin/rebind" "$@"); }
as_stranger backends
as_stranger digits --epochs 1 | tail -3
as_stranger device-bench aparapi-cpu --quick | tail -4
as_stranger tck interpreter 2>&1 | tail -3
printf 'rebind: %s, %d.%d MB\n' "$archive" $((bytes / 1048576)) $((bytes % 1048576 * 10 / 1048576))
