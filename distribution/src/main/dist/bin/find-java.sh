# Finds a Java home and the flags it takes. Sourced by bin/rebind, by the build's ./rebind and by ./test.

# java_version HOME: the feature version, e.g. 17; nothing where HOME holds no Java.
java_version() {
  [ -x "$1/bin/java" ] || return 0
  local version
  version=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$1/release" 2>/dev/null)
  [ -n "$version" ] || version=$("$1/bin/java" -version 2>&1 | sed -n '1s/.*"\(.*\)".*/\1/p')
  version=${version#1.}
  version=${version%%[!0-9]*}
  printf '%s' "$version"
}

# java_homes: every place where a Java usually lives, one a line.
java_homes() {
  local java home
  [ -n "${JAVA_HOME:-}" ] && printf '%s\n' "$JAVA_HOME"
  if java=$(command -v java 2>/dev/null); then
    java=$(readlink -f "$java" 2>/dev/null || printf '%s' "$java")
    printf '%s\n' "${java%/bin/java}"
  fi
  for home in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -x "$home/bin/java" ] && printf '%s\n' "$home"
  done
  return 0
}

# find_java MINIMUM TOOL: the newest Java home that is at least MINIMUM and has bin/TOOL. REBIND_JAVA_HOME wins outright.
find_java() {
  local minimum=$1 tool=$2 best='' best_version=0 home version
  if [ -n "${REBIND_JAVA_HOME:-}" ]; then
    version=$(java_version "$REBIND_JAVA_HOME")
    if [ "${version:-0}" -lt "$minimum" ] || [ ! -x "$REBIND_JAVA_HOME/bin/$tool" ]; then
      echo "rebind: REBIND_JAVA_HOME=$REBIND_JAVA_HOME has no '$tool' of Java $minimum or newer (found version: ${version:-none})" >&2
      return 1
    fi
    printf '%s' "$REBIND_JAVA_HOME"
    return 0
  fi
  while IFS= read -r home; do
    version=$(java_version "$home")
    if [ -n "$version" ] && [ "$version" -ge "$minimum" ] && [ "$version" -gt "$best_version" ] && [ -x "$home/bin/$tool" ]; then
      best=$home best_version=$version
    fi
  done <<HOMES
$(java_homes)
HOMES
  if [ -z "$best" ]; then
    echo "rebind: no Java with bin/$tool of version $minimum or newer found (looked at JAVA_HOME, PATH and the usual folders)." >&2
    echo "        Install a JDK $minimum or newer, or set REBIND_JAVA_HOME to one." >&2
    return 1
  fi
  printf '%s' "$best"
}

# java_has_module HOME MODULE
java_has_module() {
  if grep -q '^MODULES=' "$1/release" 2>/dev/null; then
    grep '^MODULES=' "$1/release" | grep -qE "[\" ]$2[\" ]"
  else
    "$1/bin/java" --list-modules 2>/dev/null | grep -qE "^$2(@|\$)"
  fi
}

# java_flags HOME: what Rebind wants from that Java, one flag a line.
java_flags() {
  local version
  version=$(java_version "$1")
  if java_has_module "$1" jdk.incubator.vector; then
    printf '%s\n' --add-modules=jdk.incubator.vector
    # Until C2 has compiled a kernel its vectors are objects: it may do so after a tenth of the usual number of calls.
    printf '%s\n' -XX:CompileCommand=quiet '-XX:CompileCommand=CompileThresholdScaling,rebind.generated.*::*,0.1'
  fi
  printf '%s\n' --enable-native-access=ALL-UNNAMED
  if [ "$version" -ge 23 ]; then
    # JavaCPP reads memory through Unsafe; newer JDKs warn about each class that does.
    printf '%s\n' --sun-misc-unsafe-memory-access=allow
  fi
}

# guard_signals HOME: OpenCL drivers replace the JVM's signal handlers; libjsig chains them instead, and PoCL is told to leave SIGFPE alone.
guard_signals() {
  export POCL_SIGFPE_HANDLER=0
  if [ -z "${LD_PRELOAD:-}" ] && [ -f "$1/lib/libjsig.so" ]; then
    export LD_PRELOAD="$1/lib/libjsig.so"
  fi
}
